"""Fetches Demucs weights from their author's repositories on Hugging Face.

Only safetensors are fetched. The `demucs` package itself would fall back to pickles from another server when Hugging Face
does not answer; this adapter never does. HF_ENDPOINT names a mirror, HF_HUB_OFFLINE=1 forbids the network, as for other
programs that use the hub.
"""

import json
import os
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any

from services.processing.adapters import download
from services.processing.adapters.demucs_files import DemucsFileInvalid, parse_bag
from services.processing.adapters.download import RemoteFile, WrongContent
from services.processing.adapters.weight_sources import (
    Report,
    SourceRefused,
    SourceUnreachable,
    Weights,
    demucs_weights,
)
from services.processing.catalogue import ModelInfo

_PUBLISHED = "https://huggingface.co"
_NAMESPACE = "adefossez"
_ANSWER_SECONDS = 15.0


class _Offline(ConnectionError):
    """The network may not be used."""


def repository(upstream: str) -> str:
    """Names the repository of a model as the `demucs` package does: "htdemucs_ft" is in "adefossez/HTDemucs-ft"."""
    if upstream == "htdemucs":
        return f"{_NAMESPACE}/HTDemucs"
    if upstream.startswith("htdemucs_"):
        return f"{_NAMESPACE}/HTDemucs-{upstream.removeprefix('htdemucs_')}"
    return f"{_NAMESPACE}/Demucs-{upstream}"


@dataclass(frozen=True)
class HuggingFace:
    """Demucs weights over the network, at one commit, proven by the SHA-256 that the server lists for that commit.

    Attributes:
        partial: the model's own folder for what is half downloaded; held by `download.exclusive`.
    """

    partial: Path

    def fetch(self, model: ModelInfo, staging: Path, report: Report) -> Weights:
        """Downloads the model's bag and networks; continues an interrupted download."""
        repo = repository(model.upstream)
        try:
            return self._fetch(model, repo, staging, report)
        except (DemucsFileInvalid, KeyError, TypeError, ValueError) as error:
            raise SourceRefused(f"{repo}: {error}") from error
        except WrongContent as error:
            raise SourceRefused(f"A file of {repo} arrived with another SHA-256 than listed. Try again.") from error
        except (ConnectionError, TimeoutError, HTTPException, urllib.error.URLError) as error:
            raise SourceUnreachable(
                f"The weights of {model.id} are at {_PUBLISHED}/{repo}, which cannot be reached from here"
                f" ({type(error).__name__}: {error}). On a machine that has access, download {model.upstream}.yaml and the"
                f" .safetensors files of that repository into a folder, copy the folder here, and run:"
                f" {model.install_command} --from FOLDER"
            ) from error

    def _fetch(self, model: ModelInfo, repo: str, staging: Path, report: Report) -> Weights:
        report("connecting", 0, model.size_bytes)
        listing = json.loads(_get(f"/api/models/{repo}?blobs=true"))
        commit = str(listing["sha"])
        bag = parse_bag(_get(f"/{repo}/resolve/{commit}/{model.upstream}.yaml").decode())
        listed: Mapping[str, Any] = {file["rfilename"]: file.get("lfs") for file in listing["siblings"]}
        files = {}
        for signature in bag.signatures:
            name = f"{signature}.safetensors"
            if not listed.get(name):
                raise SourceRefused(f"{repo} has no {name}, which {model.upstream}.yaml lists.")
            url = _address(f"/{repo}/resolve/{commit}/{name}")
            files[name] = RemoteFile(url, listed[name]["sha256"], int(listed[name]["size"]))
        total = sum(file.size_bytes for file in files.values())
        before = 0
        for name, file in files.items():

            def on_bytes(there: int, before: int = before) -> None:
                report("downloading", before + there, total)

            download.fetch(file, self.partial, on_bytes).rename(staging / name)
            before += file.size_bytes
        return demucs_weights(model, bag, staging, f"{_PUBLISHED}/{repo}/tree/{commit}")


def _address(path: str) -> str:
    if os.environ.get("HF_HUB_OFFLINE", "0") not in {"", "0"}:
        raise _Offline("HF_HUB_OFFLINE is set")
    return os.environ.get("HF_ENDPOINT", _PUBLISHED).rstrip("/") + path


def _get(path: str) -> bytes:
    with urllib.request.urlopen(_address(path), timeout=_ANSWER_SECONDS) as response:  # noqa: S310 - our own addresses
        content: bytes = response.read()
        return content
