"""What processing reads from its environment."""

import pytest

from services.mesh.settings import SettingsInvalid, read_settings
from services.processing.domain import Precision
from services.processing.settings import Settings


def read(**environment: str) -> Settings:
    return read_settings(Settings, {"DATA_DIR": "/data", **environment})


def test_one_device_in_full_precision_is_the_default() -> None:
    assert (read().devices, read().precision) == (("auto",), Precision.FLOAT32)


def test_several_devices_compute_a_job_each() -> None:
    assert read(DEVICE="cuda:0,cuda:1", PRECISION="bfloat16").devices == ("cuda:0", "cuda:1")


@pytest.mark.parametrize("device", ["gpu", "cuda:x", "cpu:1", "cuda:0,", "cuda:0,cuda:0"])
def test_what_is_no_device_is_refused(device: str) -> None:
    with pytest.raises(SettingsInvalid, match="DEVICE"):
        read(DEVICE=device)


def test_an_unknown_precision_is_refused_with_the_known_ones() -> None:
    with pytest.raises(SettingsInvalid, match="float32, tf32, bfloat16, float16"):
        read(PRECISION="int8")
