"""No connection is ever made to an address that is not public, whatever its spelling, name, redirect or resolver."""

import asyncio
import ipaddress
import socket
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from services.download.adapters.guarded import GuardedHttp, judged_socket
from services.download.addresses import is_public
from services.mesh.errors import AddressForbidden, LinkUnsupported, MeshError, SourceUnavailable
from tests.download.far_end import canary, far_end

LITERALS = [
    "127.0.0.1", "127.0.0.2", "127.1", "127.0.1", "127.255.255.254", "2130706433", "017700000001", "0x7f000001",
    "0x7f.1", "0x7F.0.0.1", "0177.0.0.1", "0177.0.0.01", "127.0.0.0x1", "127.0x0.1", "00000177.1", "0x7f.0x0.0x0.0x1",
    "0", "0.0.0.0", "0x0", "00.0.0.0", "0.1", "10.0.0.1", "10.255.255.255", "012.0.0.1", "0xa.1", "167772161",
    "100.64.0.1", "100.127.255.255", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376",
    "169.254.43518", "0xA9.0xFE.0xA9.0xFE", "172.16.0.1", "172.31.255.255", "0xac100001", "192.0.0.1", "192.0.0.170",
    "192.0.2.1", "192.88.99.1", "192.168.0.1", "192.168.257", "0xc0a80001", "3232235521", "198.18.0.1", "198.19.255.255",
    "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "4294967295",
    "[::]", "[::1]", "[0:0:0:0:0:0:0:1]", "[0000::0001]", "[::127.0.0.1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::ffff:0:127.0.0.1]", "[0:0:0:0:0:ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]",
    "[::ffff:8.8.8.8]", "[64:ff9b::127.0.0.1]", "[64:ff9b::7f00:1]", "[64:ff9b::a9fe:a9fe]", "[64:ff9b:1::1]",
    "[64:ff9b::8.8.8.8]", "[2002:7f00:1::]", "[2002:a9fe:a9fe::1]", "[2002:c0a8:1::]", "[2002:808:808::]",
    "[2001:0:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[2001:10::1]", "[2001:20::1]", "[3fff::1]", "[100::1]",
    "[fc00::1]", "[fd00:ec2::254]", "[fd12:3456:789a::1]", "[fe80::1]", "[febf::1]", "[fec0::1]", "[ff02::1]",
    "[ff05::1:3]", "[5f00::1]", "[2620:4f:8000::1]", "[4000::1]", "[1::1]",
    "localhost", "LOCALHOST", "localhost.", "a.localhost", "printer.local", "metadata.google.internal", "vault.internal",
    "router.lan", "nas.home.arpa", "intranet", "x.corp",
    "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021", "\u2460\u2461\u2466.0.0.1", "loc\u00adalhost", "ⓛocalhost",
]  # fmt: skip
FORMS = ["http://{}/a.mp3", "https://{}/a.mp3"]


@pytest.fixture
def http() -> GuardedHttp:
    return GuardedHttp(allowed_hosts=frozenset(), stall_seconds=2.0)


async def _get(http: GuardedHttp, uri: str) -> None:
    async with http.get(uri, {}):
        pass


def test_there_are_more_than_a_hundred_cases() -> None:
    assert len(set(LITERALS)) > 100


@pytest.mark.parametrize("host", LITERALS)
async def test_no_spelling_of_a_private_address_is_reached(http: GuardedHttp, host: str) -> None:
    async with canary() as bird:
        for uri in (f"http://{host}:{bird.port}/a.mp3", *(form.format(host) for form in FORMS)):
            with pytest.raises((AddressForbidden, LinkUnsupported)):
                await _get(http, uri)
        assert bird.connections == 0


@pytest.mark.parametrize("host", LITERALS)
async def test_no_redirect_leads_there(host: str) -> None:
    async with canary() as bird, far_end() as server:
        http = GuardedHttp(allowed_hosts=frozenset({server.host}), stall_seconds=2.0)
        for target in (f"http://{host}:{bird.port}/", f"//{host}:{bird.port}/x"):
            with pytest.raises((AddressForbidden, LinkUnsupported)):
                await _get(http, str(_redirect(server.url("/to/x"), target)))
        assert bird.connections == 0
        assert len(server.gets) == 2


def _redirect(base: str, target: str) -> str:
    return f"{base}?{urlencode({'uri': target})}"


@pytest.mark.parametrize(
    "target",
    [
        "file:///etc/passwd",
        "ftp://example.org/",
        "gopher://127.0.0.1:6379/_FLUSHALL",
        "http://user:secret@example.org/",
        "javascript:alert(1)",
        "spotify:track:4uLU6hMCjMI75M1A2tKUQC",
    ],
)
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_changes_the_kind_of_link(target: str, status: int) -> None:
    async with far_end() as server:
        http = GuardedHttp(allowed_hosts=frozenset({server.host}), stall_seconds=2.0)
        with pytest.raises(MeshError) as caught:
            await _get(http, _redirect(server.url("/to/x"), target) + f"&status={status}")
        assert caught.value.reason in {"LINK_UNSUPPORTED", "ADDRESS_FORBIDDEN"}
        assert len(server.gets) == 1


PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "169.254.169.254",
    "192.168.1.1",
    "::1",
    "fd00::1",
    "::ffff:127.0.0.1",
    "64:ff9b::7f00:1",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_public_name_that_resolves_to_a_private_address_is_not_reached(
    http: GuardedHttp, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with canary() as bird:
        _resolve_to(monkeypatch, [address])
        with pytest.raises(AddressForbidden):
            await _get(http, f"http://music.example:{bird.port}/a.mp3")
        assert bird.connections == 0


@pytest.mark.parametrize("address", PRIVATE)
async def test_a_name_that_changes_its_mind_is_judged_when_it_connects(
    http: GuardedHttp, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rebinding: the first answer is public, every later one private."""
    async with canary() as bird:
        # 192.0.0.9 would be public by the letter, so take one that nothing routes here.
        asked = _resolve_to(monkeypatch, ["198.41.0.4"], [address])
        with pytest.raises((AddressForbidden, SourceUnavailable)):
            await _get(http, f"http://music.example:{bird.port}/a.mp3")
        with pytest.raises(AddressForbidden):
            await _get(http, f"http://music.example:{bird.port}/a.mp3")
        assert len(asked) >= 2
        assert bird.connections == 0


async def test_one_private_address_among_public_ones_is_not_reached(
    http: GuardedHttp, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with canary() as bird:
        _resolve_to(monkeypatch, ["127.0.0.1", "198.41.0.4"])
        with pytest.raises((AddressForbidden, SourceUnavailable)):
            await _get(http, f"http://music.example:{bird.port}/a.mp3")
        assert bird.connections == 0


def _resolve_to(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Every look-up gets the next answer, the last one for ever."""
    asked: list[str] = []

    async def getaddrinfo(host: str, port: int, **options: Any) -> list[tuple[Any, ...]]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [
            (
                socket.AF_INET6 if ":" in text else socket.AF_INET,
                socket.SOCK_STREAM,
                socket.IPPROTO_TCP,
                "",
                (text, port, 0, 0) if ":" in text else (text, port),
            )
            for text in found
        ]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", getaddrinfo)
    return asked


def test_the_last_judge_sees_the_address_itself() -> None:
    with pytest.raises(AddressForbidden):
        judged_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 80)))
    with pytest.raises(AddressForbidden):
        judged_socket((socket.AF_UNIX, socket.SOCK_STREAM, 0, "", ("/run/x", 0)))
    judged_socket((socket.AF_INET, socket.SOCK_STREAM, 6, "", ("8.8.8.8", 80))).close()


@pytest.mark.parametrize("text", ["8.8.8.8", "1.1.1.1", "93.184.215.14", "2606:4700::1111", "2a00:1450:4001::1"])
def test_public_addresses_are_public(text: str) -> None:
    assert is_public(text)


def test_what_python_calls_private_is_never_public() -> None:
    for network in (
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "fc00::/7",
        "fe80::/10",
    ):
        block = ipaddress.ip_network(network)
        assert not is_public(str(block[0]))
        assert not is_public(str(block[-1]))


async def test_proxies_of_the_environment_are_not_used(
    http: GuardedHttp, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    async with canary() as bird, far_end() as server:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{bird.port}")
        allowed = GuardedHttp(allowed_hosts=frozenset({server.host}), stall_seconds=2.0)
        async with allowed.get(server.url("/song/a.wav"), {}) as response:
            assert response.status == 200
        assert bird.connections == 0
