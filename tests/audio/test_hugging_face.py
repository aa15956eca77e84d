"""Downloading Demucs weights, from a server that answers as Hugging Face does."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import huggingface_hub.constants
import pytest
from demucs.hf import DEFAULT_NAMESPACE, hf_repo_name

from services.processing.adapters.hugging_face import HuggingFace, repository
from services.processing.adapters.install import install
from services.processing.adapters.weight_sources import SourceRefused, SourceUnreachable
from services.processing.adapters.weights import ModelStore
from services.processing.catalogue import CATALOGUE, MODELS, Family
from tests.audio.demucs_models import save_bag, tiny_htdemucs

COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """Serves one folder as the repository of htdemucs."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.wrong_hashes = False
        self.asked: list[str] = []


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, *_: object) -> None:
        pass

    def _answer(self, *, body: bool) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append(path)
        if path == "/api/models/adefossez/HTDemucs":
            content = json.dumps(self._listing()).encode()
            etag = "listing"
        elif path.startswith(f"/adefossez/HTDemucs/resolve/{COMMIT}/"):
            content = (self.server.folder / path.rpartition("/")[2]).read_bytes()
            etag = hashlib.sha256(content).hexdigest()
        else:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Content-Type", "application/json" if etag == "listing" else "application/octet-stream")
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)

    def _listing(self) -> object:
        files = []
        for path in sorted(self.server.folder.iterdir()):
            entry: dict[str, object] = {"rfilename": path.name}
            if path.suffix == ".safetensors":
                digest = "0" * 64 if self.server.wrong_hashes else hashlib.sha256(path.read_bytes()).hexdigest()
                entry["lfs"] = {"sha256": digest, "size": path.stat().st_size, "pointerSize": 130}
            files.append(entry)
        return {"id": "adefossez/HTDemucs", "modelId": "adefossez/HTDemucs", "sha": COMMIT, "siblings": files}


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    save_bag(tmp_path / "published", "htdemucs", [tiny_htdemucs(1)])
    with Hub(tmp_path / "published") as server:
        address = f"http://127.0.0.1:{server.server_port}"
        for module in ("constants", "hf_api", "file_download"):
            monkeypatch.setattr(f"huggingface_hub.{module}.ENDPOINT", address, raising=False)
        monkeypatch.setattr("huggingface_hub.hf_api.api.endpoint", address)
        monkeypatch.setattr(
            "huggingface_hub.constants.HUGGINGFACE_CO_URL_TEMPLATE",
            address + "/{repo_id}/resolve/{revision}/{filename}",
        )
        monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_weights_are_fetched_at_one_commit_and_pinned(hub: Hub, tmp_path: Path) -> None:
    manifest = install(MODELS["htdemucs"], tmp_path / "models", HuggingFace(), lambda *_: None)
    assert manifest.source == f"https://huggingface.co/adefossez/HTDemucs/tree/{COMMIT}"
    assert ModelStore(tmp_path / "models").installed() == {"htdemucs"}
    folder = tmp_path / "models" / "htdemucs"
    assert sorted(path.name for path in folder.iterdir()) == ["htdemucs0.safetensors", "manifest.json"]
    assert not any(path.endswith(".th") for path in hub.asked)


def test_other_bytes_than_listed_are_refused(hub: Hub, tmp_path: Path) -> None:
    hub.wrong_hashes = True
    with pytest.raises(SourceRefused, match="another SHA-256"):
        install(MODELS["htdemucs"], tmp_path / "models", HuggingFace(), lambda *_: None)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_repository_that_is_gone_is_a_typed_error(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="--from FOLDER"):
        install(MODELS["mdx-extra"], tmp_path / "models", HuggingFace(), lambda *_: None)


def test_repositories_are_named_as_the_demucs_package_names_them() -> None:
    for model in CATALOGUE:
        if model.family is Family.DEMUCS:
            assert repository(model.upstream) == f"{DEFAULT_NAMESPACE}/{hf_repo_name(model.upstream)}"
