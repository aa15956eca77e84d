"""The C library's heap in processes that compute: large blocks are kept for the next step, not returned and faulted in anew.

By default glibc maps each large block from the kernel and unmaps it when it is freed. A network frees and takes hundreds of
them for every segment, and the kernel clears every page again: a third of the time of htdemucs went there (400,000 page faults
a segment).

Nor does it join a small block that is freed to what is free around it, but puts it aside for the next of its size, in the list of
the thread or in a fast bin (malloc/malloc.c of glibc). Such blocks lie anywhere between the large ones, so that a large block fits
here in one segment and not in the next, and the memory that is touched grows by chance: to anything between 1090 and 1300 MiB for
htdemucs. Without the two, every segment finds the heap as the one before it did: 1020 MiB, segment after segment, as fast.

Other C libraries ignore these settings.
"""

import ctypes
import sys

# Variables that glibc reads when a process starts: mallopt(3), and the tunables in its manual. Who has set them otherwise knows why.
ENVIRONMENT = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(1 << 40),
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0:glibc.malloc.mxfast=0",
}


def give_back() -> None:
    """Returns to the kernel what is free, after the work for which it was kept."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc only
        if trim is not None:
            trim(0)
