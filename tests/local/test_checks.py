"""What the doctor concludes from what it sees."""

import os
import re
import socket
from pathlib import Path
from typing import Any

import pytest

from sfa.local import ports
from sfa.local.checks import disk, models, network
from sfa.local.checks.finding import Level
from sfa.local.checks.torch import Hardware, judge
from sfa.local.datadir import DataDir

CPU: dict[str, Any] = {"version": "2.13.0+cpu", "cuda_build": None, "hip_build": None, "devices": [], "mps": False}
CUDA = {**CPU, "version": "2.13.0+cu130", "cuda_build": "13.0"}


@pytest.mark.parametrize(
    ("hardware", "build", "wanted", "level", "word"),
    [
        pytest.param(Hardware(), CPU, "auto", Level.OK, "CPU", id="no card"),
        pytest.param(Hardware(nvidia=("H100",)), {**CUDA, "devices": ["H100"]}, "auto", Level.OK, "H100", id="cuda"),
        pytest.param(Hardware(), {**CPU, "mps": True}, "auto", Level.OK, "Apple", id="mps"),
        pytest.param(Hardware(nvidia=("H100",)), CPU, "auto", Level.WARN, "without CUDA", id="cpu build"),
        pytest.param(Hardware(nvidia=("H100",)), CUDA, "auto", Level.WARN, "driver", id="old driver"),
        pytest.param(Hardware(nvidia_problem="it broke."), CUDA, "auto", Level.WARN, "it broke", id="broken driver"),
        pytest.param(Hardware(amd=True), CPU, "auto", Level.WARN, "ROCm", id="amd"),
        pytest.param(Hardware(), CPU, "cuda", Level.FAIL, "DEVICE=cuda", id="wanted in vain"),
        pytest.param(Hardware(nvidia=("H100",)), CPU, "cuda:0", Level.FAIL, "without CUDA", id="wanted, cpu build"),
    ],
)
def test_the_device_is_explained(
    hardware: Hardware, build: dict[str, Any], wanted: str, level: Level, word: str
) -> None:
    finding = judge(hardware, build, wanted)
    assert finding.level is level
    assert word in finding.detail
    assert bool(finding.remedy) == (level is not Level.OK)


async def test_a_taken_port_is_named_with_its_holder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        monkeypatch.setattr(ports, "DEFAULTS", {"envoy": port})
        [finding] = await network.examine(DataDir(tmp_path))
    assert finding.level is Level.WARN
    assert re.match(rf"{port} taken by \S+ \(process {os.getpid()}\)", finding.detail)


async def test_a_disk_is_examined_where_the_data_will_be(tmp_path: Path) -> None:
    [finding] = await disk.examine(DataDir(tmp_path / "not" / "yet" / "there"))
    assert "GB free" in finding.detail


async def test_each_model_is_listed_with_its_remedy(tmp_path: Path) -> None:
    data_dir = DataDir(tmp_path)
    (data_dir.models / "htdemucs").mkdir(parents=True)
    (data_dir.models / "htdemucs" / "weights.safetensors").touch()
    findings = {finding.detail.split()[0]: finding for finding in await models.examine(data_dir)}
    assert findings["htdemucs"].remedy == ""
    assert findings["mdx-extra"].remedy == "sfa models install mdx-extra"
