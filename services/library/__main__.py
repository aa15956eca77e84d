"""`python -m services.library`: the library service."""

from services.library.settings import Settings
from services.library.wiring import build
from services.mesh.server import run

if __name__ == "__main__":
    run("library", build, Settings)
