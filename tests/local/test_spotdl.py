"""Installing spotdl where there is no network."""

from pathlib import Path

import pytest

from sfa.local import spotdl
from sfa.local.checks import programs
from sfa.local.checks.finding import Level
from sfa.local.datadir import DataDir
from sfa.local.weights import InstallFailed


async def test_without_network_it_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "PIP_INDEX_URL": "http://127.0.0.1:1/",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": "/dev/null",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    said: list[str] = []
    with pytest.raises(InstallFailed, match="No matching distribution found for spotdl"):
        await spotdl.install(tmp_path / "spotdl", said.append)
    assert len(said) == 2
    assert list(tmp_path.iterdir()) == []


async def test_the_doctor_tells_whether_it_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPOTDL_PYTHON", raising=False)
    finding = await programs._spotdl(DataDir(tmp_path))
    assert (finding.level, finding.remedy) == (Level.OK, "sfa spotdl install")
    broken = spotdl.interpreter(tmp_path / "spotdl")
    broken.parent.mkdir(parents=True)
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    assert (await programs._spotdl(DataDir(tmp_path))).level is Level.WARN


async def test_the_doctor_tells_its_version(
    tmp_path: Path, spotdl_python: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPOTDL_PYTHON", str(spotdl_python))
    finding = await programs._spotdl(DataDir(tmp_path))
    assert (finding.level, finding.remedy) == (Level.OK, "")
