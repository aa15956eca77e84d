"""`python -m services.download`: the download service."""

from services.download.settings import Settings
from services.download.wiring import build
from services.mesh.server import run

if __name__ == "__main__":
    run("download", build, Settings)
