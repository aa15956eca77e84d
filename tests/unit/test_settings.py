from dataclasses import dataclass
from pathlib import Path

import pytest

from services.mesh.settings import ServiceSettings, SettingsInvalid, byte_count, describe, read_settings, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    cap: int = setting("CAP", "Largest file.", default="2GiB", parse=byte_count)
    models: Path = setting("MODELS", "Folder of models.", default=lambda values: values["data_dir"] / "models")


def test_defaults_environment_and_derived_values() -> None:
    settings = read_settings(Settings, {"PORT": "3003", "DATA_DIR": "/data", "CAP": "512 MiB"})
    assert settings.port == 3003
    assert settings.cap == 512 * 2**20
    assert settings.models == Path("/data/models")
    assert settings.host == "127.0.0.1"


def test_an_empty_variable_counts_as_unset() -> None:
    assert read_settings(Settings, {"PORT": "1", "DATA_DIR": "/d", "CAP": ""}).cap == 2 * 2**30


def test_all_faults_are_listed_at_once() -> None:
    with pytest.raises(SettingsInvalid) as caught:
        read_settings(Settings, {"CAP": "lots", "LOG_LEVEL": "loud"})
    text = str(caught.value)
    assert len(caught.value.faults) == 4
    for name in ("PORT", "DATA_DIR", "CAP='lots'", "LOG_LEVEL='loud'"):
        assert name in text


@pytest.mark.parametrize("text", ["", "-1", "1.5GiB", "2GB", "GiB"])
def test_malformed_byte_counts(text: str) -> None:
    with pytest.raises(ValueError, match="number of bytes"):
        byte_count(text)


def test_every_setting_is_described() -> None:
    described = describe(Settings)
    assert {"PORT", "CAP", "MODELS"} <= {env for env, _, _ in described}
    assert all(doc for _, doc, _ in described)
