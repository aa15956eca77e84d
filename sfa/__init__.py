"""The Python SDK of Sound Forge Alchemy.

    from sfa import connect

    async with connect() as mesh:
        track = await mesh.library.upload("song.mp3")
        job = await mesh.processing.separate(track.name, model="htdemucs", stems=["vocals"], complement=True)
        async for snapshot in mesh.processing.watch(job.name):
            print(snapshot.progress.stage, snapshot.progress.fraction)

Names load on first use, so that importing this package, and with it every start of the command line, costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from alchemy_sdk.alchemy.analysis.v1 import Analysis as Analysis
    from alchemy_sdk.alchemy.analysis.v1 import Results as Results
    from alchemy_sdk.alchemy.download.v1 import Download as Download
    from alchemy_sdk.alchemy.library.v1 import Artifact as Artifact
    from alchemy_sdk.alchemy.library.v1 import Track as Track
    from alchemy_sdk.alchemy.processing.v1 import Installation as Installation
    from alchemy_sdk.alchemy.processing.v1 import Model as Model
    from alchemy_sdk.alchemy.processing.v1 import Separation as Separation
    from alchemy_sdk.alchemy.realtime.v1 import Event as Event
    from alchemy_sdk.alchemy.type.v1 import AudioEncoding as AudioEncoding
    from alchemy_sdk.alchemy.type.v1 import JobState as JobState
    from alchemy_sdk.alchemy.type.v1 import Progress as Progress
    from sfa.errors import AlreadyExists as AlreadyExists
    from sfa.errors import AnalysisFailed as AnalysisFailed
    from sfa.errors import DataLoss as DataLoss
    from sfa.errors import DeadlineExceeded as DeadlineExceeded
    from sfa.errors import DownloadFailed as DownloadFailed
    from sfa.errors import FailedPrecondition as FailedPrecondition
    from sfa.errors import Internal as Internal
    from sfa.errors import InvalidArgument as InvalidArgument
    from sfa.errors import MeshError as MeshError
    from sfa.errors import NotFound as NotFound
    from sfa.errors import OutOfRange as OutOfRange
    from sfa.errors import PermissionDenied as PermissionDenied
    from sfa.errors import ResourceExhausted as ResourceExhausted
    from sfa.errors import SeparationCancelled as SeparationCancelled
    from sfa.errors import SeparationFailed as SeparationFailed
    from sfa.errors import Unauthenticated as Unauthenticated
    from sfa.errors import Unavailable as Unavailable
    from sfa.errors import Untrusted as Untrusted
    from sfa.errors import Violation as Violation
    from sfa.mesh import Mesh as Mesh
    from sfa.mesh import connect as connect
    from sfa.mixing import Mix as Mix
    from sfa.mixing import MixOptions as MixOptions
    from sfa.options import SeparationOptions as SeparationOptions
    from sfa.realtime import kind_of as kind_of

_HOME: Final = {
    # The entry point, and what it returns.
    "connect": "sfa.mesh",
    "Mesh": "sfa.mesh",
    "SeparationOptions": "sfa.options",
    "MixOptions": "sfa.mixing",
    "Mix": "sfa.mixing",
    # The nouns of the contract.
    "Track": "alchemy_sdk.alchemy.library.v1",
    "Artifact": "alchemy_sdk.alchemy.library.v1",
    "Model": "alchemy_sdk.alchemy.processing.v1",
    "Separation": "alchemy_sdk.alchemy.processing.v1",
    "Analysis": "alchemy_sdk.alchemy.analysis.v1",
    "Results": "alchemy_sdk.alchemy.analysis.v1",
    "Download": "alchemy_sdk.alchemy.download.v1",
    "Installation": "alchemy_sdk.alchemy.processing.v1",
    "Progress": "alchemy_sdk.alchemy.type.v1",
    "JobState": "alchemy_sdk.alchemy.type.v1",
    "AudioEncoding": "alchemy_sdk.alchemy.type.v1",
    "Event": "alchemy_sdk.alchemy.realtime.v1",
    "kind_of": "sfa.realtime",
    # What can go wrong.
    "MeshError": "sfa.errors",
    "InvalidArgument": "sfa.errors",
    "NotFound": "sfa.errors",
    "AlreadyExists": "sfa.errors",
    "FailedPrecondition": "sfa.errors",
    "ResourceExhausted": "sfa.errors",
    "OutOfRange": "sfa.errors",
    "PermissionDenied": "sfa.errors",
    "Unauthenticated": "sfa.errors",
    "Unavailable": "sfa.errors",
    "Untrusted": "sfa.errors",
    "DeadlineExceeded": "sfa.errors",
    "DataLoss": "sfa.errors",
    "Internal": "sfa.errors",
    "AnalysisFailed": "sfa.errors",
    "DownloadFailed": "sfa.errors",
    "SeparationFailed": "sfa.errors",
    "SeparationCancelled": "sfa.errors",
    "Violation": "sfa.errors",
}

__all__ = [*_HOME]  # noqa: PLE0604 -- the keys are strings; ruff cannot see that


def __getattr__(name: str) -> Any:  # noqa: ANN401 -- the signature of PEP 562
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)
