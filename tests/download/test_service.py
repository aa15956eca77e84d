"""DownloadService from the link to the track: real servers, worker, library, Valkey; only the far end is a stand-in."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import grpc
import grpc.aio
import pytest
from google.rpc.error_details_pb2 import ErrorInfo

from alchemy.download.v1 import download_service_pb2 as pb
from alchemy.download.v1.download_pb2 import Download, Provider
from alchemy.download.v1.download_service_pb2_grpc import DownloadServiceStub
from alchemy.library.v1 import library_service_pb2 as library_pb
from alchemy.library.v1.library_service_pb2_grpc import LibraryServiceStub
from alchemy.library.v1.track_pb2 import Track
from alchemy.type.v1.job_pb2 import JobState
from services.download import settings, wiring
from services.library import settings as library_settings
from services.library import wiring as library_wiring
from services.mesh.drain import Drain
from services.mesh.redis import Client
from services.mesh.server import run_background, serving
from services.mesh.settings import read_settings
from tests.conftest import Valkey, free_port
from tests.download.far_end import FarEnd, far_end
from tests.library.sounds import tone, wav
from tests.rpc.failing import failing

ANN = (("x-alchemy-user", "ann"),)
MALLORY = (("x-alchemy-user", "mallory"),)
TRACK = "spotify:track:4uLU6hMCjMI75M1A2tKUQC"
ENDED = {JobState.JOB_STATE_SUCCEEDED, JobState.JOB_STATE_FAILED, JobState.JOB_STATE_CANCELLED}


@dataclass
class Mesh:
    downloads: DownloadServiceStub
    tracks: LibraryServiceStub
    server: FarEnd
    data_dir: Path
    environment: dict[str, str]
    worker: asyncio.subprocess.Process | None = None

    async def create(self, link: str, metadata: tuple[tuple[str, str], ...] = ANN, **wanted: object) -> Download:
        request = pb.CreateDownloadRequest(download=Download(link=link, **wanted))  # type: ignore[arg-type]  # fields
        return (await self.downloads.CreateDownload(request, metadata=metadata)).download

    async def ended(self, name: str) -> Download:
        download = Download()
        async with asyncio.timeout(60):
            async for reply in self.downloads.WatchDownload(pb.WatchDownloadRequest(name=name), metadata=ANN):
                download = reply.download
        assert download.state in ENDED
        return download

    async def until(self, name: str, fits: Callable[[Download], bool]) -> Download:
        async with asyncio.timeout(30):
            async for reply in self.downloads.WatchDownload(pb.WatchDownloadRequest(name=name), metadata=ANN):
                if fits(reply.download):
                    return reply.download
        raise AssertionError("it never came to that")

    async def track(self, name: str) -> Track:
        return (await self.tracks.GetTrack(library_pb.GetTrackRequest(name=name), metadata=ANN)).track

    async def all_tracks(self) -> list[Track]:
        return list((await self.tracks.ListTracks(library_pb.ListTracksRequest(), metadata=ANN)).tracks)

    async def start_worker(self) -> None:
        self.worker = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "services.download.worker", env={**os.environ, **self.environment}
        )

    async def stop_worker(self, number: int = signal.SIGTERM) -> None:
        assert self.worker is not None
        self.worker.send_signal(number)
        await self.worker.wait()

    def partial_files(self) -> list[Path]:
        return [path for path in (self.data_dir / "downloads").rglob("*") if path.is_file()]


@asynccontextmanager
async def running(tmp_path: Path, valkey: Valkey, **more: str) -> AsyncIterator[Mesh]:
    data_dir = tmp_path / "data"
    async with far_end() as server:
        library_port, drain = free_port(), Drain()
        common = {"DATA_DIR": str(data_dir), "REDIS_URL": valkey.url}
        environment = {
            **common,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "LIBRARY_TARGET": f"127.0.0.1:{library_port}",
            # Nobody is there: whole meshes with a spotify service are in tests/stack.
            "SPOTIFY_TARGET": f"127.0.0.1:{free_port()}",
            "DOWNLOAD_ALLOWED_HOSTS": server.host,
            "DOWNLOAD_STALL_SECONDS": "5",
            "LOG_LEVEL": "warning",
            **more,
        }
        of_library = read_settings(library_settings.Settings, {**common, "HTTP_PORT": "0"})
        of_download = read_settings(settings.Settings, environment)
        port = free_port()
        async with (
            library_wiring.build(of_library, drain) as library,
            serving(library, f"127.0.0.1:{library_port}", drain, 0),
            wiring.build(of_download, drain) as download,
            serving(download, f"127.0.0.1:{port}", drain, 0),
            grpc.aio.insecure_channel(f"127.0.0.1:{library_port}") as to_library,
            grpc.aio.insecure_channel(f"127.0.0.1:{port}") as to_download,
        ):
            background = asyncio.ensure_future(run_background(download.background, drain))
            mesh = Mesh(DownloadServiceStub(to_download), LibraryServiceStub(to_library), server, data_dir, environment)
            await mesh.start_worker()
            try:
                yield mesh
            finally:
                if mesh.worker is not None and mesh.worker.returncode is None:
                    await mesh.stop_worker()
                drain.start()
                await background


@pytest.fixture
async def mesh(tmp_path: Path, valkey: Valkey, redis_client: Client) -> AsyncIterator[Mesh]:
    async with running(tmp_path, valkey) as mesh:
        yield mesh


async def test_a_link_becomes_a_track(mesh: Mesh) -> None:
    song = {"title": "Blue", "artist": "Ann", "isrc": "USRC17607839", "artwork_uri": mesh.server.url("/cover/1")}
    created = await mesh.create(mesh.server.url("/song/a.wav"), song=song)
    assert created.state == JobState.JOB_STATE_QUEUED
    done = await mesh.ended(created.name)
    assert (done.state, done.provider, done.reused) == (JobState.JOB_STATE_SUCCEEDED, "direct", False), done
    assert done.progress.fraction == 1
    assert done.transfer.received_bytes == done.transfer.total_bytes == len(mesh.server.song)
    track = await mesh.track(done.track)
    assert (track.title, track.artist, track.isrc, track.filename) == ("Blue", "Ann", "USRC17607839", "a.wav")
    assert track.artwork_artifact
    assert (track.source.uri, track.source.provider) == (mesh.server.url("/song/a.wav"), "direct")
    assert track.source.download == created.name
    assert mesh.partial_files() == []


async def test_the_same_source_is_fetched_once(mesh: Mesh) -> None:
    link = mesh.server.url("/song/a.wav")
    first = await mesh.ended((await mesh.create(link)).name)
    again = await mesh.ended((await mesh.create(link + "#anything")).name)
    assert (again.track, again.reused, first.reused) == (first.track, True, False)
    assert len(mesh.server.gets) == 1
    wanted = await mesh.ended((await mesh.create(link, allow_duplicate=True)).name)
    assert wanted.track != first.track
    assert len(mesh.server.gets) == 2
    # Another user's library is another.
    other = await mesh.create(link, metadata=MALLORY)
    async with asyncio.timeout(20):
        while len(mesh.server.gets) < 3:
            await asyncio.sleep(0.05)
    with failing("DOWNLOAD_NOT_FOUND"):
        await mesh.downloads.GetDownload(pb.GetDownloadRequest(name=other.name), metadata=ANN)


async def test_the_same_link_many_times_at_once_is_one_transfer(mesh: Mesh) -> None:
    link = mesh.server.url("/song/a.wav")
    created = await asyncio.gather(*(mesh.create(f"{link}#{n}") for n in range(12)))
    ended = [await mesh.ended(name) for name in sorted({one.name for one in created})]
    assert len({one.track for one in ended}) == 1
    assert len(mesh.server.gets) == 1
    assert len(await mesh.all_tracks()) == 1


async def test_a_batch_is_partly_done(mesh: Mesh) -> None:
    links = [mesh.server.url("/song/1.wav"), "ftp://x/", mesh.server.url("/status/404"), "http://10.0.0.1/a.mp3", ""]
    requests = [pb.CreateDownloadRequest(download=Download(link=link)) for link in links]
    reply = await mesh.downloads.BatchCreateDownloads(pb.BatchCreateDownloadsRequest(requests=requests), metadata=ANN)
    assert [one.WhichOneof("result") for one in reply.results] == ["download", "error", "download", "error", "error"]
    ended = [await mesh.ended(reply.results[n].download.name) for n in (0, 2)]
    assert [one.state for one in ended] == [JobState.JOB_STATE_SUCCEEDED, JobState.JOB_STATE_FAILED]
    assert "HTTP 404" in ended[1].error.message
    assert mesh.partial_files() == []
    with failing("INVALID_REQUEST"):
        await mesh.downloads.BatchCreateDownloads(pb.BatchCreateDownloadsRequest(), metadata=ANN)


async def test_a_file_that_the_library_refuses_says_why(mesh: Mesh) -> None:
    mesh.server.song = wav(tone(4.0))[:-400_000]
    ended = await mesh.ended((await mesh.create(mesh.server.url("/song/a.wav"))).name)
    assert ended.state == JobState.JOB_STATE_FAILED
    assert "cut short" in ended.error.message
    assert await mesh.all_tracks() == []
    # Mended, it can be tried again.
    mesh.server.song = wav(tone(1.0))
    await mesh.downloads.RetryDownload(pb.RetryDownloadRequest(name=ended.name), metadata=ANN)
    assert (await mesh.ended(ended.name)).state == JobState.JOB_STATE_SUCCEEDED
    with failing("JOB_STATE_CONFLICT"):
        await mesh.downloads.RetryDownload(pb.RetryDownloadRequest(name=ended.name), metadata=ANN)


async def test_a_killed_worker_is_followed_by_one_that_completes(mesh: Mesh) -> None:
    created = await mesh.create(mesh.server.url("/gated/a.wav"))
    half = len(mesh.server.song) // 2
    seen = await mesh.until(created.name, lambda one: one.transfer.received_bytes > half - 20_000)
    assert seen.transfer.total_bytes == len(mesh.server.song)
    await mesh.stop_worker(signal.SIGKILL)
    assert len(mesh.partial_files()) == 2
    mesh.server.gate.set()
    await mesh.start_worker()
    done = await mesh.ended(created.name)
    assert (done.state, done.progress.attempt) == (JobState.JOB_STATE_SUCCEEDED, 2)
    # Only the rest was sent again.
    assert mesh.server.gets[-1][1].startswith("bytes=")
    assert (await mesh.track(done.track)).size_bytes == len(mesh.server.song)
    assert mesh.partial_files() == []


async def test_a_worker_that_shuts_down_hands_its_download_back(mesh: Mesh) -> None:
    created = await mesh.create(mesh.server.url("/gated/a.wav"))
    await mesh.until(created.name, lambda one: one.transfer.received_bytes > 0)
    await mesh.stop_worker()
    back = await mesh.downloads.GetDownload(pb.GetDownloadRequest(name=created.name), metadata=ANN)
    assert back.download.state == JobState.JOB_STATE_QUEUED
    mesh.server.gate.set()
    await mesh.start_worker()
    assert (await mesh.ended(created.name)).state == JobState.JOB_STATE_SUCCEEDED
    assert mesh.server.gets[-1][1].startswith("bytes=")


async def test_a_cancelled_download_leaves_nothing(mesh: Mesh) -> None:
    created = await mesh.create(mesh.server.url("/gated/a.wav"))
    await mesh.until(created.name, lambda one: one.transfer.received_bytes > 0)
    started = asyncio.get_running_loop().time()
    await mesh.downloads.CancelDownload(pb.CancelDownloadRequest(name=created.name), metadata=ANN)
    assert (await mesh.ended(created.name)).state == JobState.JOB_STATE_CANCELLED
    assert asyncio.get_running_loop().time() - started < 2
    assert mesh.partial_files() == []
    assert await mesh.all_tracks() == []
    await mesh.downloads.DeleteDownload(pb.DeleteDownloadRequest(name=created.name), metadata=ANN)
    with failing("DOWNLOAD_NOT_FOUND"):
        await mesh.downloads.DeleteDownload(pb.DeleteDownloadRequest(name=created.name), metadata=ANN)


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("file:///etc/passwd", "LINK_UNSUPPORTED"),
        ("http://169.254.169.254/latest/meta-data", "ADDRESS_FORBIDDEN"),
        ("https://open.spotify.com/playlist/37i9dQZF1DXcBWIGoYBM5M", "LINK_UNSUPPORTED"),
        ("", "INVALID_REQUEST"),
    ],
)
async def test_links_that_cannot_be_are_refused_at_once(mesh: Mesh, link: str, reason: str) -> None:
    with failing(reason):
        await mesh.create(link)


async def test_repeating_a_request_makes_no_second_download(mesh: Mesh) -> None:
    request = pb.CreateDownloadRequest(
        download=Download(link=mesh.server.url("/song/a.wav"), allow_duplicate=True), request_id="one"
    )
    first = await mesh.downloads.CreateDownload(request, metadata=ANN)
    again = await mesh.downloads.CreateDownload(request, metadata=ANN)
    assert first.download.name == again.download.name
    request.download.link = mesh.server.url("/song/b.wav")
    with failing("REQUEST_ID_REUSED"):
        await mesh.downloads.CreateDownload(request, metadata=ANN)


async def test_pages_of_downloads_cover_all_once(mesh: Mesh) -> None:
    names = [(await mesh.create(mesh.server.url(f"/song/{n}.wav"))).name for n in range(5)]
    found: list[str] = []
    token = ""
    while True:
        request = pb.ListDownloadsRequest(page_size=2, page_token=token)
        reply = await mesh.downloads.ListDownloads(request, metadata=ANN)
        found += [one.name for one in reply.downloads]
        token = reply.next_page_token
        if not token:
            break
    assert sorted(found) == sorted(names)


async def test_switched_off_providers_refuse(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    async with running(tmp_path, valkey, DOWNLOAD_PROVIDERS="direct") as mesh:
        page = await mesh.ended((await mesh.create(mesh.server.url("/page"))).name)
        assert (page.state, "page" in page.error.message) == (JobState.JOB_STATE_FAILED, True)
        reply = await mesh.downloads.ListProviders(pb.ListProvidersRequest(), metadata=ANN)
        assert {one.id: one.available for one in reply.providers}["direct"]


async def test_a_switched_off_spotdl_refuses_at_once(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    async with running(tmp_path, valkey, DOWNLOAD_PROVIDERS="direct,page") as mesh:
        for link in (TRACK, "https://spotify.link/AbCdEf"):
            with failing("PROVIDER_DISABLED") as failure:
                await mesh.create(link)
            assert failure.metadata["provider"] == "spotdl"


async def test_a_track_of_spotify_says_what_is_missing(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    nowhere = str(tmp_path / "bin" / "python")
    async with running(tmp_path, valkey, SPOTDL_PYTHON=nowhere) as mesh:
        # Nothing is known about the song, and the service that knows is away.
        ended = await mesh.ended((await mesh.create(TRACK)).name)
        assert _reason(ended) == "DEPENDENCY_UNAVAILABLE"
        # What the caller knows is enough; but there is nothing to search with.
        song = Download.Song(title="Blue", artists=["Ann"])
        song.duration.FromSeconds(200)
        ended = await mesh.ended((await mesh.create(TRACK, song=song)).name)
        assert _reason(ended) == "PROVIDER_NOT_READY"
        assert "sfa spotdl install" in ended.error.message
        reply = await mesh.downloads.ListProviders(pb.ListProvidersRequest(), metadata=ANN)
        (spotdl,) = [one for one in reply.providers if one.id == "spotdl"]
        assert (spotdl.enabled, spotdl.available, spotdl.last_failure.reason) == (True, False, "PROVIDER_NOT_READY")


async def test_the_artists_of_a_song_have_limits(mesh: Mesh) -> None:
    for artists in (["x"] * 101, ["x" * 501]):
        with failing("INVALID_REQUEST"):
            await mesh.create(TRACK, song=Download.Song(artists=artists))


def _reason(download: Download) -> str:
    info = ErrorInfo()
    assert download.error.details[0].Unpack(info)
    return str(info.reason)


async def test_with_all_switched_off_nothing_is_queued(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    async with running(tmp_path, valkey, DOWNLOAD_PROVIDERS="none") as mesh:
        with failing("PROVIDER_DISABLED") as failure:
            await mesh.create(mesh.server.url("/song/a.wav"))
        assert failure.metadata["provider"] == "direct"
        reply = await mesh.downloads.ListProviders(pb.ListProvidersRequest(), metadata=ANN)
        assert [one.available for one in reply.providers] == [False, False, False]


async def test_providers_tell_how_they_have_fared(tmp_path: Path, valkey: Valkey, redis_client: Client) -> None:
    port = free_port()
    async with running(tmp_path, valkey, METRICS_PORT=str(port)) as mesh:

        async def direct() -> Provider:
            reply = await mesh.downloads.ListProviders(pb.ListProvidersRequest(), metadata=ANN)
            return next(one for one in reply.providers if one.id == "direct")

        assert not (await direct()).HasField("last_failure")
        await mesh.ended((await mesh.create(mesh.server.url("/status/429"))).name)
        blocked = await direct()
        assert blocked.last_failure.reason == "PROVIDER_BLOCKED"
        assert "429" in blocked.last_failure.message
        assert not blocked.HasField("last_success_time")
        # What is wrong with a link is not wrong with the provider.
        await mesh.ended((await mesh.create(mesh.server.url("/status/404"))).name)
        assert (await direct()).last_failure == blocked.last_failure
        for _ in range(2):
            await mesh.ended((await mesh.create(mesh.server.url("/song/a.wav"))).name)
        works = await direct()
        assert works.last_success_time.ToNanoseconds() > works.last_failure.time.ToNanoseconds()

        async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{port}/metrics") as response:
            metrics = await response.text()
        counted = dict(line.rsplit(" ", 1) for line in metrics.splitlines() if line.startswith("alchemy_download"))
        fetches = 'alchemy_download_fetches_total{{outcome="{}",provider="{}"}}'
        assert counted[fetches.format("FETCHED", "direct")] == "1.0"
        assert float(counted['alchemy_download_bytes_total{provider="direct"}']) == len(mesh.server.song)
        assert counted["alchemy_download_reused_total"] == "1.0"
        assert [key for key in counted if "PROVIDER_BLOCKED" in key]


async def test_a_page_becomes_a_track(mesh: Mesh) -> None:
    done = await mesh.ended((await mesh.create(mesh.server.url("/player/1"))).name)
    assert (done.state, done.provider) == (JobState.JOB_STATE_SUCCEEDED, "page"), done
    assert (await mesh.track(done.track)).title == "Night Song"
    assert mesh.partial_files() == []


async def test_a_track_that_was_deleted_is_fetched_again(mesh: Mesh) -> None:
    link = mesh.server.url("/song/a.wav")
    first = await mesh.ended((await mesh.create(link)).name)
    await mesh.tracks.DeleteTrack(library_pb.DeleteTrackRequest(name=first.track), metadata=ANN)
    again = await mesh.ended((await mesh.create(link)).name)
    assert (again.reused, again.track != first.track) == (False, True)
    assert len(mesh.server.gets) == 2


async def test_a_killed_run_of_ytdlp_is_tried_again(mesh: Mesh) -> None:
    created = await mesh.create(mesh.server.url("/player/1?src=/gated/a.wav"))
    await mesh.until(created.name, lambda one: one.transfer.received_bytes > 0)
    assert mesh.worker is not None
    (run,) = [
        int(stat.parent.name)
        for stat in Path("/proc").glob("[0-9]*/stat")
        if stat.read_text().rpartition(")")[2].split()[1] == str(mesh.worker.pid)
    ]
    os.kill(run, signal.SIGKILL)
    mesh.server.gate.set()
    done = await mesh.ended(created.name)
    assert (done.state, done.progress.attempt) == (JobState.JOB_STATE_SUCCEEDED, 2)
