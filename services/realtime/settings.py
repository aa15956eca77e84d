"""Settings of the realtime service."""

from dataclasses import dataclass

from services.mesh.settings import ServiceSettings, port_number, setting


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the service reads."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3006", parse=port_number)
