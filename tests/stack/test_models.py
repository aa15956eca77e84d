"""Installing, adding and removing models on the real mesh."""

from pathlib import Path

import pytest
import yaml

from sfa import Mesh
from tests.audio.demucs_models import save_bag, tiny_htdemucs
from tests.stack.cli import Cli
from tests.stack.conftest import EXAMPLE, Stack

pytestmark = pytest.mark.stack


@pytest.fixture
def cli(stack: Stack) -> Cli:
    return Cli(target=stack.url, data_dir=stack.data_dir.root)


async def test_a_running_mesh_installs_a_model_itself(cli: Cli, mesh: Mesh) -> None:
    answer = await cli("models", "install", "spleeter-2stems", "--json")
    events = answer.objects
    assert events[0]["event"] == "license"
    assert events[0]["license"] == "MIT"
    assert {event["event"] for event in events[1:-1]} == {"progress"}
    last = events[-1]
    assert last["event"] == "installed"
    assert last["installation"]["receivedBytes"] == last["installation"]["totalBytes"]
    found = [job async for job in mesh.installations.list("spleeter-2stems")]
    assert found[0].name == last["installation"]["name"]
    assert found[0].files[0].sha256 == "34181e80c6886aeaa7eb92619cd88a506979756b5393121e5e539785a00eb7c8"


async def test_weights_out_of_reach_are_a_typed_error(cli: Cli) -> None:
    answer = await cli("models", "install", "htdemucs", "--json", status=1)
    assert answer.error["reason"] == "WEIGHTS_UNREACHABLE"
    assert "--from FOLDER" in answer.error["message"]


async def test_a_model_of_ones_own_is_listed_runs_and_goes(cli: Cli, mesh: Mesh, tmp_path: Path) -> None:
    save_bag(tmp_path / "mine", "net", [tiny_htdemucs(1, ["kick", "rest"])])
    manifest = {"id": "my-demucs", "license": "CC-BY-4.0", "networks": ["net0.safetensors"]}
    (tmp_path / "mine" / "model.yaml").write_text(yaml.safe_dump(manifest))
    await cli("models", "add", tmp_path / "mine")
    model = await mesh.processing.get_model("my-demucs")
    assert (model.local, model.installed, model.stems) == (True, True, ["kick", "rest"])
    await cli("separate", EXAMPLE, "--model", "my-demucs", "--stems", "kick", "--out", tmp_path / "out")
    assert len(list((tmp_path / "out").rglob("*.wav"))) == 1
    await cli("models", "remove", "my-demucs")
    assert "my-demucs" not in [model.name.removeprefix("models/") async for model in mesh.processing.list_models()]
    assert cli.data_dir is not None
    assert not (cli.data_dir / "models" / "my-demucs").exists()
