"""The images there are."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Image:
    """One image.

    Attributes:
        dockerfile: its file in docker/.
        arguments: its build arguments.
        answers: the variable that tells it where to answer the health protocol; empty if it does not speak it.
    """

    dockerfile: str
    arguments: Mapping[str, str] = field(default_factory=dict)
    answers: str = ""


IMAGES = {
    **{
        service: Image("service.Dockerfile", {"SERVICE": service}, answers="PORT")
        for service in ("analysis", "download", "library", "processing", "realtime", "spotify")
    },
    "processing-worker": Image("processing.Dockerfile", {"PROFILE": "cpu"}, answers="HEALTH_PORT"),
    "gateway": Image("gateway.Dockerfile"),
    "studio": Image("studio.Dockerfile"),
}


def tag(name: str) -> str:
    """An image's full name."""
    return f"localhost/sound-forge-alchemy/{name}:dev"
