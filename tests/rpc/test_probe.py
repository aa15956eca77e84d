"""The health check of containers."""

from services.mesh.drain import Drain
from services.mesh.probe import is_serving
from services.mesh.server import ServiceBundle, serving


async def test_a_server_that_runs_is_serving_and_one_that_ended_is_not() -> None:
    bundle = ServiceBundle(register=lambda _: None, names=["alchemy.realtime.v1.RealtimeService"])
    async with serving(bundle, "127.0.0.1:0", Drain(), grace=0) as port:
        assert await is_serving(port)
    assert not await is_serving(port)
