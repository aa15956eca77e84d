"""`python -m services.spotify`: the spotify service."""

from services.mesh.server import run
from services.spotify.settings import Settings
from services.spotify.wiring import build

if __name__ == "__main__":
    run("spotify", build, Settings)
