"""`make images`: builds the container images, starts each, and prints what it weighs.

    python -m tools.images                      every image that can be built here
    python -m tools.images realtime library     these

Docker or podman where an engine runs; else buildah, as root, which needs none: then the Python base is made of Debian packages by
debootstrap, because base images come from registries that may be out of reach, and `--python-base` names another one. What pip needs
to know of this machine (its certificates, its indexes, a folder of wheels) is lent to the stage that builds, and is in no image.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tools.generate.toolchain import ROOT
