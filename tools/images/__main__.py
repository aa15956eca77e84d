"""`make images`: builds the container images, starts them, and prints what each weighs.

    python -m tools.images                      all of them, and `sfa demo` on a mesh of them
    python -m tools.images realtime library     these, each asked for its health

With docker or podman, where an engine runs. Else with buildah, as root, which needs no engine: then the bases are made of Debian
packages by debootstrap, since base images come from registries that may be out of reach. What pip must know of this machine (its
certificates, its settings, a folder of wheels) is lent to the stages that build, and is in no image. The profiles `cuda` and `rocm` of
the worker differ from `cpu` by arguments, and are not built here.
"""

import argparse
import sys
from collections.abc import Sequence

from tools.images.catalogue import IMAGES
from tools.images.engines import Engine, Impossible, engine
from tools.images.health import healthy
from tools.images.mesh import separates_the_demo_song


def main() -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="IMAGE", help=", ".join(IMAGES))
    names = parser.parse_args().names or list(IMAGES)
    if unknown := set(names) - set(IMAGES):
        parser.error(f"there is no image {', '.join(sorted(unknown))}; there are {', '.join(IMAGES)}")
    try:
        with engine(say) as builder:
            return build_all(builder, names)
    except Impossible as reason:
        print(f"The images cannot be built here: {reason}", file=sys.stderr)  # noqa: T201 - a command line
        return 2


def build_all(builder: Engine, names: Sequence[str]) -> int:
    """Builds images one after another, and starts them. Returns 1 if one does not answer, or they do not work together."""
    failed = False
    for name in names:
        image = IMAGES[name]
        builder.build(name, image)
        health = ""
        if image.answers:
            answers = healthy(builder, name, image)
            health = "answers" if answers else "DOES NOT ANSWER"
            failed |= not answers
        say(f"{name:18} {builder.size(name) / 1e6:6.0f} MB  {health}")
    if set(IMAGES) <= set(names):
        say("Together:")
        failed |= not separates_the_demo_song(builder)
    return 1 if failed else 0


def say(text: str) -> None:
    """Tells people."""
    print(text, flush=True)  # noqa: T201 - a command line


if __name__ == "__main__":
    sys.exit(main())
