"""What `docker compose config` makes of our files, as far as they use it: interpolation, `extends`, overlays.

No Docker engine is needed for the tests; the rules are those of the Compose specification.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from tools.generate.toolchain import ROOT

FOLDER = ROOT / "compose"
BASE = "docker-compose.yml"
MAC = "docker-compose.mac.yml"
PROD = "docker-compose.prod.yml"
OBSERVABILITY = "docker-compose.observability.yml"

Tree = dict[str, Any]

# These replace each other where files meet; every other list is appended to.
_REPLACED = {"command", "entrypoint", "test"}
_VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)(?:(:?[-?+])((?:[^{}]|\$\{[^{}]*\})*))?\}")


class SettingMissing(Exception):
    """A variable that the files insist on, `${NAME:?...}`, is not set."""


def raw(name: str) -> Tree:
    """A file as it stands."""
    tree: Tree = yaml.safe_load((FOLDER / name).read_text())
    return tree


def variables(name: str) -> set[str]:
    """The variables that a file asks for."""
    return set(re.findall(r"\$\{([A-Z0-9_]+)", (FOLDER / name).read_text()))


def project(*names: str, env: Mapping[str, str] | None = None) -> Tree:
    """The files put together, each on top of those before it."""
    whole: Tree = {}
    for name in names:
        whole = _merged(whole, _loaded(FOLDER / name, env or {}))
    return whole


def _loaded(path: Path, env: Mapping[str, str]) -> Tree:
    tree: Tree = interpolated(yaml.safe_load(path.read_text()), env)
    for name, service in tree.get("services", {}).items():
        if extended := service.pop("extends", None):
            source = _loaded(path.parent / extended["file"], env)["services"][extended["service"]]
            tree["services"][name] = _merged(source, service)
    return tree


def _merged(below: Tree, above: Tree) -> Tree:
    result = dict(below)
    for key, value in above.items():
        old = result.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            result[key] = _merged(old, value)
        elif isinstance(old, list) and isinstance(value, list) and key not in _REPLACED:
            result[key] = old + [one for one in value if one not in old]
        else:
            result[key] = value
    return result


def interpolated(tree: Any, env: Mapping[str, str]) -> Any:
    """The tree with its variables replaced."""
    if isinstance(tree, dict):
        return {key: interpolated(value, env) for key, value in tree.items()}
    if isinstance(tree, list):
        return [interpolated(value, env) for value in tree]
    return _VARIABLE.sub(lambda match: _value(match, env), tree) if isinstance(tree, str) else tree


def _value(match: re.Match[str], env: Mapping[str, str]) -> str:
    name, operator, text = match.groups()
    value = env.get(name)
    # With a colon, empty counts as unset.
    present = bool(value) if (operator or "").startswith(":") else value is not None
    if operator and operator.endswith("?") and not present:
        raise SettingMissing(f"{name}: {text}")
    if operator and operator.endswith("+"):
        return str(interpolated(text, env)) if present else ""
    if operator and operator.endswith("-") and not present:
        return str(interpolated(text, env))
    return value or ""
