"""`python -m services.analysis`: the analysis service."""

from services.analysis.settings import Settings
from services.analysis.wiring import build
from services.mesh.server import run

if __name__ == "__main__":
    run("analysis", build, Settings)
