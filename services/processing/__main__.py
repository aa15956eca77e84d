"""`python -m services.processing`: the processing service."""

from services.mesh.server import run
from services.processing.settings import Settings
from services.processing.wiring import build

if __name__ == "__main__":
    run("processing", build, Settings)
