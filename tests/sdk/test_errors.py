"""Every failure reaches the caller as one typed exception with what is needed to act on it."""

import asyncio
import shutil
import socket
import ssl
import subprocess
import time
from pathlib import Path

import grpc.aio
import pytest

import sfa
from alchemy.library.v1 import library_service_pb2_grpc as library_grpc
from services.mesh import errors
from sfa import Mesh
from tests.sdk.fakes import FakeMesh


@pytest.mark.parametrize(
    ("raised", "kind", "metadata"),
    [
        pytest.param(errors.TrackNotFound("tracks/x"), sfa.NotFound, {"name": "tracks/x"}, id="not found"),
        pytest.param(errors.AudioEmpty(), sfa.InvalidArgument, {}, id="invalid"),
        pytest.param(errors.RequestIdReused("r"), sfa.AlreadyExists, {"request_id": "r"}, id="exists"),
        pytest.param(
            errors.ModelNotInstalled("m", "sfa models install m"),
            sfa.FailedPrecondition,
            {"model": "m", "command": "sfa models install m"},
            id="precondition",
        ),
        pytest.param(errors.StorageFull(), sfa.ResourceExhausted, {}, id="exhausted"),
        pytest.param(errors.BlobMissing("b"), sfa.DataLoss, {"name": "b"}, id="data loss"),
        pytest.param(errors.CursorInvalid(), sfa.OutOfRange, {}, id="out of range"),
        pytest.param(errors.Unauthenticated(), sfa.PermissionDenied, {}, id="unauthenticated"),
    ],
)
async def test_an_error_of_the_mesh_keeps_its_reason_and_metadata(
    fake: FakeMesh, mesh: Mesh, raised: errors.MeshError, kind: type[sfa.MeshError], metadata: dict[str, str]
) -> None:
    fake.library.fail = [raised]
    with pytest.raises(kind) as caught:
        await mesh.library.get_track("tracks/x")
    assert caught.value.reason == raised.reason
    assert dict(caught.value.metadata) == metadata
    assert caught.value.message == str(caught.value)


async def test_violations_name_the_fields(fake: FakeMesh, mesh: Mesh) -> None:
    fake.library.fail = [
        errors.InvalidRequest([errors.Violation(field="page_size", description="must not be negative")])
    ]
    with pytest.raises(sfa.InvalidArgument) as caught:
        await mesh.library.get_track("tracks/x")
    assert caught.value.violations == (sfa.Violation(field="page_size", description="must not be negative"),)


async def test_a_full_queue_says_when_to_come_back(fake: FakeMesh, mesh: Mesh) -> None:
    fake.processing.fail = [errors.QueueFull(limit=5, retry_after=12.5)]
    with pytest.raises(sfa.ResourceExhausted) as caught:
        await mesh.processing.separate("tracks/t")
    assert caught.value.retry_after == 12.5


async def test_a_defect_of_the_server_is_internal_and_not_repeated(fake: FakeMesh, mesh: Mesh) -> None:
    fake.library.fail = [RuntimeError("secret"), RuntimeError("secret")]
    with pytest.raises(sfa.Internal) as caught:
        await mesh.library.get_track("tracks/x")
    assert caught.value.reason == "INTERNAL"
    assert "secret" not in str(caught.value)
    assert len(fake.library.fail) == 1


async def test_unavailable_is_tried_again_until_it_works(fake: FakeMesh, mesh: Mesh) -> None:
    fake.library.fail = [errors.DependencyUnavailable("redis"), errors.DependencyUnavailable("redis")]
    track = await mesh.library.get_track("tracks/x")
    assert track.name == "tracks/x"


async def test_a_deletion_is_not_repeated(fake: FakeMesh, mesh: Mesh) -> None:
    fake.library.fail = [errors.DependencyUnavailable("redis")]
    with pytest.raises(sfa.Unavailable):
        await mesh.library.delete_track("tracks/x")


async def test_nobody_there_is_unavailable_within_the_deadline() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        started = time.monotonic()
        async with sfa.connect(f"127.0.0.1:{reserved.getsockname()[1]}", timeout=1.0) as mesh:
            with pytest.raises(sfa.Unavailable) as caught:
                await mesh.library.get_track("tracks/x")
    assert caught.value.reason == "UNREACHABLE"
    assert time.monotonic() - started < 3


async def test_a_silent_server_exceeds_the_deadline() -> None:
    async def silent_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent_server, "127.0.0.1", 0)
    async with server, sfa.connect(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.3) as mesh:
        with pytest.raises(sfa.DeadlineExceeded):
            await mesh.library.get_track("tracks/x")
        assert asyncio.current_task().cancelling() == 0  # type: ignore[union-attr]


async def test_something_that_is_not_a_mesh_is_said_to_be_so() -> None:
    async def web_server(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(web_server, "127.0.0.1", 0)
    async with server, sfa.connect(f"127.0.0.1:{server.sockets[0].getsockname()[1]}", timeout=0.5) as mesh:
        with pytest.raises(sfa.MeshError):
            await mesh.library.get_track("tracks/x")


async def test_a_token_goes_with_every_call(fake: FakeMesh) -> None:
    async with fake.connect(token="secret") as mesh:
        await mesh.library.get_track("tracks/x")
    assert ("authorization", "Bearer secret") in fake.library.metadata


async def test_https_is_spoken_over_tls(tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl makes the certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    command = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject]
    command += ["-keyout", str(key), "-out", str(certificate)]
    subprocess.run(command, check=True, capture_output=True)
    fake = FakeMesh()
    credentials = grpc.ssl_server_credentials([(key.read_bytes(), certificate.read_bytes())])
    server = grpc.aio.server()
    library_grpc.add_LibraryServiceServicer_to_server(fake.library, server)
    port = server.add_secure_port("127.0.0.1:0", credentials)
    await server.start()
    try:
        trusted = ssl.create_default_context(cafile=certificate)
        async with sfa.connect(f"https://localhost:{port}", ssl_context=trusted) as mesh:
            assert (await mesh.library.get_track("tracks/x")).name == "tracks/x"
        async with sfa.connect(f"https://localhost:{port}") as mesh:
            with pytest.raises(sfa.Untrusted, match="self-signed certificate"):
                await mesh.library.get_track("tracks/x")
    finally:
        await server.stop(None)
