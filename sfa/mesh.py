"""The entry point: a connection to a mesh."""

import ssl
from types import TracebackType
from typing import Self

from sfa.account.tokens import tokens_for
from sfa.analysis import Analyses
from sfa.downloads import Downloads
from sfa.installations import Installations
from sfa.library import Library
from sfa.processing import Processing
from sfa.realtime import Realtime
from sfa.spotify import Spotify
from sfa.target import resolve
from sfa.transport import Transport


class Mesh:
    """A connection to one mesh. Made by `connect`; use it as an async context manager.

    Attributes:
        target: The address of its gateway.
        analysis: What is in the music.
        downloads: Songs from links.
        library: Tracks and their files.
        processing: Models and separations.
        installations: Bringing models onto the server, and off it.
        realtime: The stream of all events.
        spotify: Spotify's catalogue.
    """

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.target = str(transport.target)
        self.analysis = Analyses(transport)
        self.downloads = Downloads(transport)
        self.library = Library(transport)
        self.processing = Processing(transport)
        self.installations = Installations(transport)
        self.realtime = Realtime(transport)
        self.spotify = Spotify(transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connection; for a Mesh that is not used as a context manager."""
        self._transport.close()


def connect(
    target: str | None = None,
    *,
    token: str | None = None,
    ssl_context: ssl.SSLContext | None = None,
    timeout: float = 30.0,
) -> Mesh:
    """Connects to a mesh.

        async with connect() as mesh:
            track = await mesh.library.upload("song.mp3")
            job = await mesh.processing.separate(track.name, stems=["vocals"], complement=True)
            job = await mesh.processing.wait(job.name)
            for stem in job.stems:
                await mesh.library.download(stem.artifact, "out/")

    Nothing is sent before the first call. One Mesh serves any number of tasks of one event loop at once.

    Args:
        target: Address of the gateway, such as "http://127.0.0.1:3000" or, over TLS, "https://mesh.example.org".
            None = the environment variable SFA_TARGET, else the mesh that `sfa up` runs on this
            machine, else http://127.0.0.1:3000.
        token: A bearer token, for meshes that ask for one. None = the account that `sfa login` signed in to this mesh,
            whose tokens are renewed before they end, also for streams that run for long.
        ssl_context: How to verify an https target; None = as the system does.
        timeout: Seconds for a unary call with all its attempts. Transfers and streams have their own limits.

    Raises:
        ValueError: If the target is not an address.
        RuntimeError: If called outside a running event loop.
    """
    resolved = resolve(target)
    tokens = tokens_for(str(resolved), token)
    return Mesh(Transport(resolved, tokens=tokens, ssl_context=ssl_context, timeout=timeout))
