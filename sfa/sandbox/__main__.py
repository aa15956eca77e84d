"""`python -m sfa.sandbox --port 3091`: all stand-ins on one port, for `sfa up --sandbox`."""

import argparse
import asyncio

from sfa.sandbox.media import MediaSandbox
from sfa.sandbox.spotify import SpotifySandbox


async def _serve(port: int) -> None:
    spotify = SpotifySandbox(images=f"http://127.0.0.1:{port}")
    async with spotify.serving(port, MediaSandbox()):
        await asyncio.Event().wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    asyncio.run(_serve(parser.parse_args().port))
