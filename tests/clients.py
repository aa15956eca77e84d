"""Clients in other languages, for tests that call the mesh as its users do."""

import os
import subprocess
from pathlib import Path

from tools.generate.toolchain import ROOT, WEB_BIN, node

BUNDLES = ROOT / "web" / "node_modules" / ".cache" / "sound-forge-alchemy"


def watch_command(base_url: str, separation: str) -> list[str]:
    """The command that watches a separation over gRPC-Web under Node; web/test/watch.ts says what it prints."""
    return [str(node()), str(_bundle(ROOT / "web" / "test" / "watch.ts")), base_url, separation]


def _bundle(source: Path) -> Path:
    """One file that Node can run, made of the client, the generated code and the Connect runtime."""
    bundle = BUNDLES / f"{source.stem}.mjs"
    options = ["--bundle", "--platform=node", "--format=esm", "--preserve-symlinks", "--log-level=warning"]
    subprocess.run(
        [str(WEB_BIN / "esbuild"), str(source), *options, f"--outfile={bundle}"],
        env={**os.environ, "PATH": f"{node().parent}{os.pathsep}{os.environ['PATH']}"},
        check=True,
    )
    return bundle
