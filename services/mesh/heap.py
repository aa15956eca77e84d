"""The C library's heap in processes that compute: large blocks are kept for the next step, not returned and faulted in anew.

By default glibc maps each large block from the kernel and unmaps it when it is freed. A network frees and takes hundreds of
them for every segment, and the kernel clears every page again: a third of the time of htdemucs went there (400,000 page faults
a segment). Other C libraries ignore these settings.
"""

import ctypes
import sys

# Variables that glibc reads when a process starts: mallopt(3). Who has set them otherwise knows why.
ENVIRONMENT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 40)}


def give_back() -> None:
    """Returns to the kernel what is free, after the work for which it was kept."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
        if trim is not None:
            trim(0)
