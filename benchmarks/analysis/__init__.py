"""Analysis against songs whose answers are known, beside the usual calls of librosa, by the measures of mir_eval."""

import os
import tempfile

# librosa compiles with numba, which keeps a compiled function and its wrapper in two files. Two processes that fill one cache at once
# leave a pair there that does not belong together, and every later call ends in a segmentation fault.
_own_cache = tempfile.TemporaryDirectory(prefix="numba-")
os.environ["NUMBA_CACHE_DIR"] = _own_cache.name
