"""Who gets in: every RPC of the contract, over every protocol, with every kind of token."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import aiohttp
import grpc
import grpc.aio
import pytest
from google.api import annotations_pb2
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from services.mesh.access import ADMIN_METHODS
from services.mesh.contract import PUBLIC_SERVICES
from services.mesh.drain import Drain
from services.mesh.errors import MeshError
from services.mesh.identity import owner
from services.mesh.server import ServiceBundle, serving
from sfa.gateway import DoorUnguarded, descriptor_file
from sfa.sign_in import SignInInvalid, sign_in_settings
from tests.door.backend import Backend
from tests.door.conftest import Door, gateway, running_envoy, until
from tests.door.issuer import AUDIENCE, Issuer, publishing

KEY = b"the key of this mesh, in a file of its own"
HOUR = 3600


class Reached(MeshError):
    """The call came through."""

    code = grpc.StatusCode.OUT_OF_RANGE
    reason = "REACHED"


class Anything(grpc.GenericRpcHandler):
    """Answers every method of every service with who called."""

    def service(self, _details: grpc.HandlerCallDetails) -> Any:
        async def answer(_requests: Any, context: Any) -> bytes:
            role = dict(context.invocation_metadata()).get("x-alchemy-role", "")
            raise Reached(f"reached by {owner(context)} as {role}")

        return grpc.stream_unary_rpc_method_handler(answer)


@dataclass(frozen=True)
class Rpc:
    """One RPC, as gRPC and as REST have it."""

    path: str
    verb: str
    url: str
    has_body: bool


def every_rpc() -> list[Rpc]:
    contract = FileDescriptorSet.FromString(descriptor_file().read_bytes())
    found = []
    for file in contract.file:
        for service in file.service:
            for method in service.method:
                rule = method.options.Extensions[annotations_pb2.http]
                if verb := rule.WhichOneof("pattern"):
                    url = re.sub(r"\{[\w.]+=([^}]*)\}", r"\1", getattr(rule, verb))
                    url = re.sub(r"\{\w+\}", "x", url).replace("**", "x").replace("*", "x")
                    path = f"/{file.package}.{service.name}/{method.name}"
                    found.append(Rpc(path, verb.upper(), url, bool(rule.body)))
    return found


RPCS = every_rpc()
UNAVAILABLE = re.compile("^(503|UNAVAILABLE)|DEPENDENCY_UNAVAILABLE")


@dataclass
class Guarded:
    """A gateway that asks for tokens, the issuer of those, and the port behind the gateway."""

    door: Door
    issuer: Issuer
    service_port: int
    http: aiohttp.ClientSession
    channel: grpc.aio.Channel

    async def grpc(self, rpc: Rpc, *headers: tuple[str, str]) -> str:
        return await called(self.channel, rpc.path, *headers)

    async def grpc_web(self, rpc: Rpc, *headers: tuple[str, str]) -> str:
        kind = ("content-type", "application/grpc-web+proto")
        async with self.http.post(
            f"{self.door.url}{rpc.path}", data=bytes(5), headers=[kind, ("x-grpc-web", "1"), *headers]
        ) as reply:
            text = (await reply.read()).decode(errors="replace")
            return f"{reply.status} {reply.headers.get('grpc-message', '')} {text}"

    async def events(self, rpc: Rpc, *headers: tuple[str, str]) -> str:
        return await self.rest(rpc, ("accept", "text/event-stream"), *headers)

    async def rest(self, rpc: Rpc, *headers: tuple[str, str], query: str = "") -> str:
        data = b"{}" if rpc.has_body else None
        url = f"{self.door.url}{rpc.url}{query}"
        async with self.http.request(rpc.verb, url, data=data, headers=headers) as reply:
            return f"{reply.status} {await reply.text()}"


async def called(channel: grpc.aio.Channel, path: str, *headers: tuple[str, str]) -> str:
    # On the wire all shapes of RPCs are one message that is sent, and an error that comes back.
    call: Any = channel.unary_unary(path)
    try:
        await call(b"", metadata=headers)
    except grpc.aio.AioRpcError as error:
        return f"{error.code().name} {error.details()}"
    return "OK"


@pytest.fixture(scope="module")
async def guarded(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    issuer = Issuer()
    (folder / "secret").write_bytes(issuer.secret)
    key_file = folder / "mesh.key"
    key_file.write_bytes(KEY)

    def register(server: grpc.aio.Server) -> None:
        server.add_generic_rpc_handlers((Anything(),))

    bundle = ServiceBundle(register=register, names=PUBLIC_SERVICES)
    async with AsyncExitStack() as stack:
        port = await stack.enter_async_context(serving(bundle, "127.0.0.1:0", Drain(), grace=0, key=KEY))
        jwks = await stack.enter_async_context(publishing(issuer))
        environment = {
            "AUTH": "jwt",
            "AUTH_ISSUER": issuer.name,
            "AUTH_AUDIENCE": AUDIENCE,
            "AUTH_JWKS_URL": jwks,
            "AUTH_HS256_FILE": str(folder / "secret"),
        }
        door = await stack.enter_async_context(
            running_envoy(
                Backend(port=port, media_port=port),
                folder,
                mesh_key_file=key_file,
                sign_in=sign_in_settings(folder, environment),
            )
        )
        await until(door, lambda status: status == 200)
        http = await stack.enter_async_context(aiohttp.ClientSession())
        channel = await stack.enter_async_context(grpc.aio.insecure_channel(door.address))
        yield Guarded(door, issuer, port, http, channel)


REFUSED: dict[str, Callable[[Issuer], str]] = {
    "expired": lambda issuer: issuer.token(exp=int(time.time()) - HOUR),
    "not yet valid": lambda issuer: issuer.token(nbf=int(time.time()) + HOUR),
    "without an end": lambda issuer: issuer.token(exp=None),
    "of another issuer": lambda issuer: issuer.token(iss="https://evil.test"),
    "for another audience": lambda issuer: issuer.token(aud="elsewhere"),
    "for nobody": lambda issuer: issuer.token(aud=None),
    "without a signature": Issuer.unsigned,
    "signed with a public key": Issuer.confused,
    "altered": Issuer.altered,
    "of a key of the same name": lambda _: Issuer().token(),
    "of a key of another name": lambda _: Issuer().token(kid="unheard-of"),
    "with another secret": lambda issuer: issuer.token("HS256")[:-4] + "AAAA",
    "empty": lambda _: "",
    "nonsense": lambda _: "not.a.token",
}


async def answers(guarded: Guarded, *headers: tuple[str, str]) -> list[tuple[Rpc, str]]:
    """What every RPC answers over each of the three protocols, REST in both its spellings of streams."""
    at_once = asyncio.Semaphore(20)

    async def ask(rpc: Rpc, way: Callable[..., Any]) -> tuple[Rpc, str]:
        async with at_once, asyncio.timeout(60):
            # On a full machine a health check may come too late, and the gateway holds a service for gone until the next one.
            while UNAVAILABLE.search(answer := await way(rpc, *headers)):
                await asyncio.sleep(0.2)
            return rpc, answer

    ways = (guarded.grpc, guarded.grpc_web, guarded.rest, guarded.events)
    return await asyncio.gather(*(ask(rpc, way) for rpc in RPCS for way in ways))


@pytest.mark.parametrize("kind", [*REFUSED, "absent"])
async def test_nothing_answers_to_a_bad_token(guarded: Guarded, kind: str) -> None:
    headers = () if kind == "absent" else (("authorization", f"Bearer {REFUSED[kind](guarded.issuer)}"),)
    for rpc, answer in await answers(guarded, *headers):
        assert "reached" not in answer, (rpc, answer)
        assert answer.startswith(("401", "403", "UNAUTHENTICATED", "PERMISSION_DENIED")), (rpc, answer)


@pytest.mark.parametrize("role", ["admin", "user", "root", None])
@pytest.mark.parametrize("algorithm", ["ES256", "RS256", "HS256"])
async def test_a_good_token_reaches_what_its_role_may_do(guarded: Guarded, algorithm: str, role: str | None) -> None:
    token = guarded.issuer.token(algorithm, role=role)
    for rpc, answer in await answers(guarded, ("authorization", f"Bearer {token}")):
        if rpc.path in ADMIN_METHODS and role != "admin":
            assert "role 'admin'" in answer, (rpc, answer)
        else:
            assert "reached by alice as" in answer, (rpc, answer)


async def test_new_keys_take_over_and_old_ones_end(tmp_path: Path, guarded: Guarded) -> None:
    issuer = Issuer()
    key_file = tmp_path / "mesh.key"
    key_file.write_bytes(KEY)
    rpc = next(rpc for rpc in RPCS if rpc.path.endswith("/ListTracks"))
    async with publishing(issuer) as jwks:
        settings = sign_in_settings(
            tmp_path, {"AUTH": "jwt", "AUTH_ISSUER": issuer.name, "AUTH_AUDIENCE": AUDIENCE, "AUTH_JWKS_URL": jwks}
        )
        assert settings is not None
        quick = replace(settings, issuers=tuple(replace(one, cache_seconds=1) for one in settings.issuers))
        backend = Backend(port=guarded.service_port, media_port=guarded.service_port)
        async with running_envoy(backend, tmp_path, mesh_key_file=key_file, sign_in=quick) as door:
            await until(door, lambda status: status == 200)
            there = replace(guarded, door=door)
            before = ("authorization", f"Bearer {issuer.token()}")
            assert "reached by alice" in await there.rest(rpc, before)
            issuer.rotate()
            after = ("authorization", f"Bearer {issuer.token()}")
            async with asyncio.timeout(20):
                while "reached by alice" not in await there.rest(rpc, after):
                    await asyncio.sleep(0.2)
            assert (await there.rest(rpc, before)).startswith("401")


def test_rules_for_administrators_name_rpcs_that_exist() -> None:
    assert {rpc.path for rpc in RPCS} >= ADMIN_METHODS


async def test_a_token_counts_only_in_its_header(guarded: Guarded) -> None:
    token = guarded.issuer.token()
    for rpc in RPCS:
        for query in (f"?access_token={token}", f"?token={token}"):
            assert "reached" not in await guarded.rest(rpc, query=query)
        assert "reached" not in await guarded.rest(rpc, ("accept", "text/html"))
        assert "reached" not in await guarded.rest(rpc, ("cookie", f"access_token={token}"))
        assert "reached" not in await guarded.rest(rpc, ("x-authorization", f"Bearer {token}"))


SPOOFED = [
    [(name, value)]
    for value in ("mallory", "admin")
    for name in (
        "x-alchemy-user",
        "X-Alchemy-User",
        "X-ALCHEMY-USER",
        "x-alchemy-role",
        "x-alchemy-mesh",
        "x-envoy-original-path",
        "x-user-id",
        "x-user-role",
        "x-forwarded-user",
        "X-Forwarded-Email",
        "x-envoy-peer-metadata",
        "x-envoy-external-address",
        "x-jwt-payload",
    )
]
SPOOFED += [[("x-alchemy-user", "mallory"), ("x-alchemy-user", "mallory")], [("x-alchemy-role", "admin")] * 2]


@pytest.mark.parametrize("headers", SPOOFED, ids=str)
async def test_headers_of_a_client_change_nothing(guarded: Guarded, headers: list[tuple[str, str]]) -> None:
    token = ("authorization", f"Bearer {guarded.issuer.token()}")
    rpc = next(rpc for rpc in RPCS if rpc.path.endswith("/ListTracks"))
    for answer in (
        await guarded.grpc_web(rpc, token, *headers),
        await guarded.rest(rpc, token, *headers),
        await guarded.grpc(rpc, token, *((name.lower(), value) for name, value in headers)),
    ):
        assert "reached by alice as " in answer, answer
        assert "as admin" not in answer, answer
    for answer in (await guarded.rest(rpc, *headers), await guarded.grpc_web(rpc, *headers)):
        assert answer.startswith("401"), answer


@pytest.mark.parametrize("name", ["x_alchemy_user", "X_Alchemy_Role", "x-alchemy_mesh"])
async def test_underscores_are_refused(guarded: Guarded, name: str) -> None:
    token = ("authorization", f"Bearer {guarded.issuer.token()}")
    answer = await guarded.rest(next(rpc for rpc in RPCS if rpc.path.endswith("/ListTracks")), token, (name, "mallory"))
    assert answer.startswith("400")


@pytest.mark.parametrize("key", [None, "", "guess", KEY.decode()[:-1], KEY.decode().upper()])
async def test_the_port_of_a_service_is_closed_to_all_but_the_mesh(guarded: Guarded, key: str | None) -> None:
    claims = [("x-alchemy-user", "mallory"), ("x-alchemy-role", "admin")]
    keys = [] if key is None else [("x-alchemy-mesh", key)]
    async with grpc.aio.insecure_channel(f"127.0.0.1:{guarded.service_port}") as channel:
        for rpc in RPCS:
            assert (await called(channel, rpc.path, *claims, *keys)).startswith("UNAUTHENTICATED")


async def test_documents_are_public_and_refusals_are_in_the_form_of_the_api(guarded: Guarded) -> None:
    for path in ("/docs", "/openapi.json", "/media/some/file"):
        async with guarded.http.get(f"{guarded.door.url}{path}") as reply:
            assert reply.status not in {401, 403}
    async with guarded.http.get(f"{guarded.door.url}/v1/tracks") as reply:
        body = await reply.json(content_type=None)
    assert (reply.status, body["code"], body["details"][0]["reason"]) == (401, 16, "UNAUTHENTICATED")
    assert "Bearer" in body["message"]


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"AUTH": "open"}, "local or jwt"),
        ({"AUTH": "jwt"}, "AUTH_ISSUER"),
        ({"AUTH": "jwt", "AUTH_ISSUER": "me", "AUTH_JWKS_URL": "ftp://x"}, "AUTH_JWKS_URL"),
        ({"AUTH": "jwt", "AUTH_ISSUER": "me", "AUTH_JWKS_URL": "none"}, "AUTH_HS256_FILE"),
        ({"AUTH": "jwt", "AUTH_ISSUER": "https://me.test", "AUTH_HS256_FILE": "/dev/null"}, "at least 32"),
    ],
)
def test_settings_that_would_leave_the_door_open_are_refused(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SignInInvalid, match=said):
        sign_in_settings(tmp_path, environment)


def test_without_sign_in_the_door_opens_to_this_machine_only(tmp_path: Path) -> None:
    assert sign_in_settings(tmp_path, {}) is None
    with pytest.raises(DoorUnguarded, match="AUTH=jwt"):
        gateway(Backend(), host="0.0.0.0")
