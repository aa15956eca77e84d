"""Which device computes, what its hardware is, and what it says when its memory runs out."""

import gc
import platform
import subprocess
import sys
from pathlib import Path

import torch

from services.mesh.errors import DeviceUnavailable


def resolve_device(name: str) -> torch.device:
    """Turns a profile's device into torch's: "auto" is the best there is, everything else is taken literally.

    Args:
        name: "auto", "cpu", "cuda", "cuda:1", "mps".

    Raises:
        DeviceUnavailable: the machine does not have it. It never falls back to the CPU: a job that should take a minute
            would silently take an hour.
    """
    if name == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda:0")
        return torch.device("mps" if torch.backends.mps.is_available() else "cpu")
    try:
        device = torch.device(name)
    except RuntimeError as error:
        raise DeviceUnavailable(name) from error
    if device.type == "cuda":
        index = device.index or 0
        if index >= torch.cuda.device_count():
            raise DeviceUnavailable(name)
        return torch.device("cuda", index)
    if device.type == "cpu" or (device.type == "mps" and torch.backends.mps.is_available()):
        return torch.device(device.type)
    raise DeviceUnavailable(name)


def hardware_name(device: torch.device) -> str:
    """Returns what the hardware of a device calls itself, for people; empty if it does not say."""
    if device.type == "cuda":
        return torch.cuda.get_device_name(device)
    if sys.platform == "darwin":  # where the GPU is part of the processor
        brand = ("/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string")
        return subprocess.run(brand, check=False, capture_output=True, text=True).stdout.strip()
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        lines = []
    # Processors of ARM do not tell a name there.
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def release_memory(device: torch.device) -> None:
    """Gives back what is no longer used, which torch would otherwise keep for itself."""
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()
    elif device.type == "mps":
        torch.mps.empty_cache()


def is_out_of_memory(error: Exception) -> bool:
    """Tells whether an error means that the device, or the machine, has no more memory."""
    # On a CPU torch raises a plain RuntimeError, which only its text tells apart.
    return isinstance(error, MemoryError | torch.OutOfMemoryError) or "can't allocate memory" in str(error)
