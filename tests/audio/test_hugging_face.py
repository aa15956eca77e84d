"""Downloading Demucs weights, from a server that answers as Hugging Face does."""

import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from demucs.hf import DEFAULT_NAMESPACE, hf_repo_name

from services.processing.adapters.hugging_face import repository
from services.processing.adapters.install import install, source_of
from services.processing.adapters.weight_sources import SourceRefused, SourceUnreachable, WeightSource
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
        self.knows_ranges = True
        self.ranges: list[str] = []
        self.sent = 0
        self.cut_after = 0
        """Bytes of a network after which each answer breaks off; 0 = never."""
        self.gone_after_cut = False
        """Whether nothing is answered any more once an answer broke off."""


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
        if self.server.gone_after_cut and self.server.sent:
            self.send_error(503)
            return
        whole = len(content)
        asked = self.headers.get("Range")
        first = 0
        if asked and self.server.knows_ranges:
            self.server.ranges.append(asked)
            first = int(asked.removeprefix("bytes=").removesuffix("-"))
        content = content[first:]
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content)))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{whole - 1}/{whole}")
        self.send_header("ETag", f'"{etag}"')
        self.end_headers()
        if path.endswith(".safetensors"):
            if self.server.cut_after:
                content = content[: self.server.cut_after]
            self.server.sent += len(content)
        if body:
            self.wfile.write(content)
            self.close_connection = True

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
    monkeypatch.setattr("services.processing.adapters.download._FIRST_PAUSE_SECONDS", 0.01)
    with Hub(tmp_path / "published") as server:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def source(models: Path, model: str = "htdemucs") -> WeightSource:
    return source_of(MODELS[model], models, None)


def test_weights_are_fetched_at_one_commit_and_pinned(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    seen: list[tuple[str, int, int]] = []
    manifest = install(MODELS["htdemucs"], models, source(models), lambda *said: seen.append(said))
    assert manifest.source == f"https://huggingface.co/adefossez/HTDemucs/tree/{COMMIT}"
    assert ModelStore(models).installed() == {"htdemucs"}
    assert [path.name for path in models.iterdir()] == ["htdemucs"]
    assert sorted(path.name for path in (models / "htdemucs").iterdir()) == ["htdemucs0.safetensors", "manifest.json"]
    assert not any(path.endswith(".th") for path in hub.asked)
    size = manifest.files["htdemucs0.safetensors"].size
    assert [said for said in seen if said[0] == "downloading"][-1] == ("downloading", size, size)
    assert seen[0][0] == "connecting"
    assert seen[-1] == ("storing", size, size)


def test_a_cut_download_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    hub.cut_after = 100_000
    size = (hub.folder / "htdemucs0.safetensors").stat().st_size
    install(MODELS["htdemucs"], models, source(models), lambda *_: None)
    assert hub.ranges == [f"bytes={at}-" for at in range(100_000, size, 100_000)]
    assert hub.sent == size


def test_a_later_installation_continues_what_an_earlier_one_left(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    hub.cut_after = 100_000
    hub.gone_after_cut = True
    with pytest.raises(SourceUnreachable):
        install(MODELS["htdemucs"], models, source(models), lambda *_: None)
    (part,) = (models / ".installing" / "htdemucs").iterdir()
    assert part.stat().st_size == 100_000
    hub.cut_after, hub.gone_after_cut = 0, False
    install(MODELS["htdemucs"], models, source(models), lambda *_: None)
    assert hub.ranges[-1] == "bytes=100000-"
    assert [path.name for path in models.iterdir()] == ["htdemucs"]
    content = (models / "htdemucs" / "htdemucs0.safetensors").read_bytes()
    assert content == (hub.folder / "htdemucs0.safetensors").read_bytes()


def test_a_server_without_ranges_is_asked_for_everything_again(hub: Hub, tmp_path: Path) -> None:
    models = tmp_path / "models"
    folder = models / ".installing" / "htdemucs"
    folder.mkdir(parents=True)
    content = (hub.folder / "htdemucs0.safetensors").read_bytes()
    (folder / f"{hashlib.sha256(content).hexdigest()}.part").write_bytes(content[:1000])
    hub.knows_ranges = False
    install(MODELS["htdemucs"], models, source(models), lambda *_: None)
    assert ModelStore(models).installed() == {"htdemucs"}


def test_other_bytes_than_listed_are_refused(hub: Hub, tmp_path: Path) -> None:
    hub.wrong_hashes = True
    models = tmp_path / "models"
    with pytest.raises(SourceRefused, match="another SHA-256"):
        install(MODELS["htdemucs"], models, source(models), lambda *_: None)
    assert list(models.iterdir()) == []


def test_a_repository_that_is_gone_is_a_typed_error(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(SourceUnreachable, match="--from FOLDER"):
        install(MODELS["mdx-extra"], tmp_path, source(tmp_path, "mdx-extra"), lambda *_: None)


def test_repositories_are_named_as_the_demucs_package_names_them() -> None:
    for model in CATALOGUE:
        if model.family is Family.DEMUCS:
            assert repository(model.upstream) == f"{DEFAULT_NAMESPACE}/{hf_repo_name(model.upstream)}"
