"""The public contract as a whole. Importing it makes every service able to describe every other in server reflection.

The gateway hands reflection to one service, which must answer for all that a client can call through it.
"""

from alchemy.analysis.v1 import analysis_service_pb2
from alchemy.download.v1 import download_service_pb2
from alchemy.library.v1 import library_service_pb2
from alchemy.processing.v1 import processing_service_pb2
from alchemy.realtime.v1 import realtime_service_pb2
from alchemy.spotify.v1 import spotify_service_pb2

PUBLIC_SERVICES = tuple(
    service.full_name
    for module in (
        analysis_service_pb2,
        download_service_pb2,
        library_service_pb2,
        processing_service_pb2,
        realtime_service_pb2,
        spotify_service_pb2,
    )
    for service in module.DESCRIPTOR.services_by_name.values()
)
