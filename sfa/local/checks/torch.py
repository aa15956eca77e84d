"""Python, torch, and the graphics card: which device will compute, and why not a better one."""

import asyncio
import json
import os
import platform
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sfa.local.checks.finding import Finding, Level, output_of

# Torch takes seconds and hundreds of megabytes to import, and may crash on a broken driver: not in this process.
_ASK_TORCH: Final = """
import json, torch
mps = getattr(torch.backends, "mps", None)
print(json.dumps({
    "version": torch.__version__,
    "cuda_build": torch.version.cuda,
    "hip_build": getattr(torch.version, "hip", None),
    "devices": [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
               if torch.cuda.is_available() else [],
    "mps": bool(mps and mps.is_available()),
}))
"""
_INSTALL: Final = "Run `pip install 'sound-forge-alchemy[local]'`."


@dataclass(frozen=True)
class Hardware:
    """Graphics processors as the system sees them, without torch."""

    nvidia: tuple[str, ...] = ()
    """Names that nvidia-smi lists."""
    nvidia_problem: str = ""
    """Why nvidia-smi lists none although there is a driver or a card."""
    amd: bool = False
    """Whether the kernel drives an AMD card for computing."""


async def examine() -> list[Finding]:
    """Findings on Python, torch and the device that it will use."""
    python = Finding("python", Level.OK, f"{platform.python_version()} at {sys.executable}")
    build = await _ask_torch()
    if isinstance(build, Finding):
        return [python, build]
    kind = "CUDA " + build["cuda_build"] if build["cuda_build"] else "ROCm" if build["hip_build"] else "CPU"
    return [
        python,
        Finding("torch", Level.OK, f"{build['version']} ({kind} build)"),
        judge(await _hardware(), build, os.environ.get("DEVICE", "auto")),
    ]


def judge(hardware: Hardware, build: dict[str, Any], wanted: str) -> Finding:  # noqa: PLR0911 -- one per diagnosis
    """Which device computes, and why no better one does.

    Args:
        hardware: What the system has.
        build: What torch says of itself: "cuda_build", "hip_build", "devices", "mps".
        wanted: The DEVICE setting.
    """
    if build["devices"]:
        return Finding("gpu", Level.OK, f"used: {', '.join(build['devices'])}")
    if build["mps"]:
        return Finding("gpu", Level.OK, "used: Apple GPU (mps)")
    level = Level.WARN if wanted in {"auto", "cpu"} else Level.FAIL
    if hardware.nvidia:
        names = ", ".join(hardware.nvidia)
        if not build["cuda_build"]:
            return Finding(
                "gpu",
                level,
                f"{names} is not used: this torch is built without CUDA.",
                "Install a CUDA build: https://pytorch.org/get-started/locally",
            )
        return Finding(
            "gpu",
            level,
            f"{names} is not used: torch {build['version']} cannot talk to the driver.",
            f"The driver must support CUDA {build['cuda_build']}: compare `nvidia-smi`. CUDA_VISIBLE_DEVICES may hide it.",
        )
    if hardware.nvidia_problem:
        return Finding("gpu", level, f"not used: {hardware.nvidia_problem}", "Reinstall or restart the NVIDIA driver.")
    if hardware.amd and not build["hip_build"]:
        return Finding(
            "gpu",
            level,
            "An AMD GPU is not used: this torch is built without ROCm.",
            "Install a ROCm build: https://pytorch.org/get-started/locally",
        )
    if level is Level.FAIL:
        return Finding(
            "gpu", level, f"DEVICE={wanted}, but there is no such device.", "Unset DEVICE, or set it to cpu."
        )
    return Finding("gpu", Level.OK, f"none; the CPU computes ({os.cpu_count()} cores)")


async def _ask_torch() -> dict[str, Any] | Finding:
    try:
        status, output = await output_of(sys.executable, "-c", _ASK_TORCH, seconds=60)
    except OSError as error:
        return Finding("torch", Level.FAIL, f"did not answer: {error}", _INSTALL)
    last = output.splitlines()[-1] if output else ""
    if status != 0:
        missing = "No module named 'torch'" in last
        return Finding("torch", Level.FAIL, "not installed" if missing else f"does not import: {last}", _INSTALL)
    answer: dict[str, Any] = json.loads(last)
    return answer


async def _hardware() -> Hardware:
    amd = await asyncio.to_thread(Path("/dev/kfd").exists)
    program = shutil.which("nvidia-smi")
    if program is None:
        card = await asyncio.to_thread(Path("/proc/driver/nvidia/version").exists)
        return Hardware(nvidia_problem="a driver is loaded, but nvidia-smi is missing." if card else "", amd=amd)
    try:
        status, output = await output_of(program, "--query-gpu=name", "--format=csv,noheader")
    except OSError as error:
        return Hardware(nvidia_problem=f"nvidia-smi does not run: {error}.", amd=amd)
    if status != 0:
        return Hardware(nvidia_problem=f"nvidia-smi says: {output.splitlines()[0] if output else status}", amd=amd)
    return Hardware(nvidia=tuple(line.strip() for line in output.splitlines() if line.strip()), amd=amd)
