"""`python -m services.realtime`: the realtime service."""

from services.mesh.server import run
from services.realtime.settings import Settings
from services.realtime.wiring import build

if __name__ == "__main__":
    run("realtime", build, Settings)
