"""UploadTrack: what is accepted, what is refused, and that a refusal leaves nothing behind."""

import asyncio
import base64
import hashlib
import struct
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import grpc
import numpy as np
import pytest

from alchemy.library.v1 import library_service_pb2 as pb
from alchemy.library.v1 import registry_service_pb2 as registry_pb
from services.library import uploads
from services.mesh.errors import StorageFull
from tests.conftest import Valkey
from tests.library.conftest import ANN, MALLORY, LibraryUnderTest, running_library, sqlite_url
from tests.library.sounds import encoded, jpeg, tagged, tone, wav
from tests.rpc.failing import failing


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """Of one kind: nothing here depends on the database."""
    return sqlite_url(tmp_path)


async def test_a_track_says_what_decoding_found(library: LibraryUnderTest) -> None:
    data = wav(tone(1.5, rate=48000, level=0.25), rate=48000, bits=24)
    track = await library.upload(data, "Süßes Lied.wav")
    assert track.title == "Süßes Lied"
    assert track.filename == "Süßes Lied.wav"
    assert track.size_bytes == len(data)
    assert track.sha256 == hashlib.sha256(data).hexdigest()
    assert track.revision == 1
    assert track.create_time.seconds > 0
    assert track.audio.sample_count == 72000
    assert track.audio.sample_rate_hz == 48000
    assert track.audio.channel_count == 2
    assert track.audio.bits_per_sample == 24
    assert track.audio.codec == "pcm_s24le"
    assert track.audio.peak == pytest.approx(0.25, abs=1e-4)
    assert track.audio.duration.ToTimedelta().total_seconds() == 1.5
    original = await library.artifact(track.original_artifact)
    assert original.sha256 == track.sha256
    assert original.media_type == "audio/wav"
    assert original.audio == track.audio
    assert not track.artwork_artifact


WORKING: dict[str, Callable[[], bytes]] = {
    "one sample": lambda: wav(np.full((1, 2), 0.5, np.float32)),
    "silence": lambda: wav(np.zeros((44100, 2), np.float32)),
    "mono": lambda: wav(tone(channels=1)),
    "5.1": lambda: wav(tone(channels=6)),
    "many channels": lambda: wav(tone(0.1, channels=64)),
    "8 kHz": lambda: wav(tone(rate=8000), rate=8000),
    "192 kHz": lambda: wav(tone(rate=192_000), rate=192_000),
    "24 bit": lambda: wav(tone(), bits=24),
    "float beyond full scale": lambda: wav(tone(level=1.5), bits=32),
    "header says no data": lambda: wav(tone(), claimed_bytes=0),
    "header of a stream": lambda: wav(tone(), claimed_bytes=0xFFFF_FFFF),
    "header of another stream": lambda: wav(tone(), claimed_bytes=0x7FFF_F000),
}


@pytest.mark.parametrize("make", WORKING.values(), ids=WORKING)
async def test_unusual_audio_is_audio(library: LibraryUnderTest, make: Callable[[], bytes]) -> None:
    data = make()
    track = await library.upload(data)
    seconds = {"one sample": 1 / 44100, "many channels": 0.1}
    expected = next((seconds[name] for name, other in WORKING.items() if other is make and name in seconds), 1.0)
    assert track.audio.sample_count == round(expected * track.audio.sample_rate_hz)


FORMATS = {
    ".wav": ("pcm_s16le", "audio/wav"),
    ".aiff": ("pcm_s16be", "audio/aiff"),
    ".flac": ("flac", "audio/flac"),
    ".mp3": ("mp3", "audio/mpeg"),
    ".ogg": ("vorbis", "audio/ogg"),
    ".opus": ("opus", "audio/ogg"),
    ".m4a": ("aac", "audio/mp4"),
    ".aac": ("aac", "audio/aac"),
    ".webm": ("opus", "audio/webm"),
    ".mkv": ("vorbis", "audio/x-matroska"),
}


@pytest.mark.parametrize("suffix", FORMATS)
async def test_formats(library: LibraryUnderTest, tmp_path: Path, suffix: str) -> None:
    track = await library.upload(encoded(tmp_path, suffix), f"a{suffix}")
    codec, media_type = FORMATS[suffix]
    assert track.audio.codec == codec
    assert (await library.artifact(track.original_artifact)).media_type == media_type
    # Encoders of lossy formats pad.
    assert track.audio.sample_count / track.audio.sample_rate_hz == pytest.approx(2.0, abs=0.1)
    assert track.audio.bits_per_sample == (16 if suffix in {".wav", ".aiff", ".flac"} else 0)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
async def test_the_sound_of_a_film(library: LibraryUnderTest, tmp_path: Path, suffix: str) -> None:
    # The picture goes on after the sound has ended; that is no truncation.
    film = encoded(tmp_path, suffix, "-af", "atrim=end=1", seconds=4.0, video=True)
    track = await library.upload(film, f"film{suffix}")
    assert track.audio.sample_count / track.audio.sample_rate_hz == pytest.approx(1.0, abs=0.1)
    assert (await library.artifact(track.original_artifact)).media_type.startswith("video/")


async def test_sound_that_begins_late_is_whole(library: LibraryUnderTest, tmp_path: Path) -> None:
    (tmp_path / "late.wav").write_bytes(wav(tone(2.0)))
    # The second input is the sound, five seconds late; the tone of `encoded` is not taken.
    late = ("-itsoffset", "5", "-i", str(tmp_path / "late.wav"), "-map", "1:a")
    track = await library.upload(encoded(tmp_path, ".mkv", *late), "late.mkv")
    assert track.audio.sample_count / track.audio.sample_rate_hz == pytest.approx(2.0, abs=0.1)


def _cut_mp3(tmp_path: Path) -> bytes:
    return encoded(tmp_path, ".mp3", seconds=20.0)[:100_000]


def _film_without_sound(tmp_path: Path) -> bytes:
    return encoded(tmp_path, ".mp4", "-map", "1:v", video=True)


REFUSED: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "no bytes": ("AUDIO_EMPTY", lambda _: b""),
    "no samples": ("AUDIO_EMPTY", lambda _: wav(np.zeros((0, 2), np.float32))),
    "text": ("AUDIO_UNDECODABLE", lambda _: b"Not music, but words.\n" * 500),
    "noise": ("AUDIO_UNDECODABLE", lambda _: np.random.default_rng(1).bytes(100_000)),
    "picture": ("AUDIO_UNDECODABLE", jpeg),
    "film without sound": ("AUDIO_UNDECODABLE", _film_without_sound),
    "riff without anything": ("AUDIO_UNDECODABLE", lambda _: b"RIFF\0\0\0\0WAVE"),
    "cut mp3": ("AUDIO_TRUNCATED", _cut_mp3),
    "cut flac": ("AUDIO_TRUNCATED", lambda tmp: (data := encoded(tmp, ".flac", seconds=10.0))[: len(data) // 2]),
    "cut aiff": ("AUDIO_TRUNCATED", lambda tmp: (data := encoded(tmp, ".aiff", seconds=10.0))[: len(data) // 2]),
    "cut m4a": (
        "AUDIO_TRUNCATED",
        lambda tmp: (data := encoded(tmp, ".m4a", "-movflags", "faststart", seconds=10.0))[: len(data) // 2],
    ),
    "wav that claims more": ("AUDIO_TRUNCATED", lambda _: wav(tone(2.0), claimed_bytes=20_000_000)),
    "NaN": ("AUDIO_NOT_FINITE", lambda _: wav(_with(np.nan), bits=32)),
    "infinity": ("AUDIO_NOT_FINITE", lambda _: wav(_with(-np.inf), bits=32)),
    "65 channels": ("AUDIO_LAYOUT_UNSUPPORTED", lambda _: wav(tone(0.1, channels=65))),
    "too low a rate": ("AUDIO_LAYOUT_UNSUPPORTED", lambda _: wav(tone(rate=500), rate=500)),
}


def _with(value: float) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    frames = tone(1.0)
    frames[22050, 1] = value
    return frames


@pytest.mark.parametrize(("reason", "make"), REFUSED.values(), ids=REFUSED)
async def test_bad_audio_is_refused_and_leaves_nothing(
    library: LibraryUnderTest, tmp_path: Path, reason: str, make: Callable[[Path], bytes]
) -> None:
    data = make(tmp_path)
    with failing(reason) as failure:
        await library.upload(data, "song.mp3", request_id="once")
    assert failure.code is grpc.StatusCode.INVALID_ARGUMENT
    assert await library.all_tracks() == []
    assert library.files() == []
    # The failed attempt does not use up its request id.
    assert await library.upload(request_id="once")


async def test_errors_say_where_and_how_much(library: LibraryUnderTest, tmp_path: Path) -> None:
    with failing("AUDIO_NOT_FINITE") as failure:
        await library.upload(wav(_with(np.nan), bits=32))
    assert float(failure.metadata["first_bad_second"]) == pytest.approx(0.5, abs=0.001)
    with failing("AUDIO_TRUNCATED") as failure:
        await library.upload(_cut_mp3(tmp_path))
    assert float(failure.metadata["claimed_seconds"]) == pytest.approx(20.0, abs=0.1)
    assert 5.0 < float(failure.metadata["decoded_seconds"]) < 15.0
    with failing("AUDIO_LAYOUT_UNSUPPORTED") as failure:
        await library.upload(wav(tone(0.1, channels=65)))
    assert failure.metadata == {"channel_count": "65", "sample_rate_hz": "44100"}


@pytest.mark.parametrize(
    "script",
    ["#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n", "ffconcat version 1.0\nfile '{}'\n"],
)
async def test_a_playlist_reaches_no_other_file_and_no_address(
    library: LibraryUnderTest, tmp_path: Path, script: str
) -> None:
    (tmp_path / "secret.wav").write_bytes(wav(tone()))
    connected = asyncio.Event()

    async def on_connect(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        writer.close()

    async with await asyncio.start_server(on_connect, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        for target in (tmp_path / "secret.wav", f"http://127.0.0.1:{port}/a.wav"):
            with failing("AUDIO_UNDECODABLE"):
                await library.upload(script.format(target).encode(), "song.mp3")
    assert not connected.is_set()


async def test_too_many_bytes(tmp_path: Path, valkey: Valkey) -> None:
    async with running_library(tmp_path, valkey.url, MAX_UPLOAD_BYTES="100000") as library:
        assert await library.upload(wav(tone(0.5)))
        with failing("UPLOAD_TOO_LARGE") as failure:
            await library.upload(wav(tone(1.0)))
        assert failure.metadata == {"limit_bytes": "100000"}
        assert len(library.files()) == 1


async def test_too_many_seconds(tmp_path: Path, valkey: Valkey) -> None:
    async with running_library(tmp_path, valkey.url, MAX_AUDIO_SECONDS="1.5") as library:
        assert await library.upload(wav(tone(1.5)))
        with failing("AUDIO_TOO_LONG") as failure:
            await library.upload(wav(tone(1.6)))
        assert failure.metadata == {"limit_seconds": "1.5"}
        assert len(library.files()) == 1


async def test_a_full_disk_is_told_and_leaves_nothing(
    library: LibraryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageFull

    monkeypatch.setattr("services.mesh.blobs.BlobWriter._flush", full)
    with failing("STORAGE_FULL") as failure:
        await library.upload()
    assert failure.code is grpc.StatusCode.RESOURCE_EXHAUSTED
    assert library.files() == []


async def test_names_of_any_kind(library: LibraryUnderTest) -> None:
    long = "ü" * 125 + ".wav"  # 254 bytes
    for given, kept in (
        (long, long),
        ("", "untitled"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Music\\a.wav", "a.wav"),
        ("a\nb\0.wav", "ab.wav"),
        ("-i file:x|y.wav", "-i file:x|y.wav"),
        ("日本語 🎵.wav", "日本語 🎵.wav"),
        ("..", "untitled"),
        (".wav", ".wav"),
    ):
        assert (await library.upload(filename=given)).filename == kept


async def test_all_faults_are_listed_at_once(library: LibraryUnderTest) -> None:
    with failing("INVALID_REQUEST") as failure:
        await library.upload(filename="x" * 256, request_id="y" * 65)
    assert failure.fields == ["filename", "request_id"]


async def test_no_identity(library: LibraryUnderTest) -> None:
    with failing("UNAUTHENTICATED"):
        await library.upload(metadata=())


async def test_tags_and_cover(library: LibraryUnderTest, tmp_path: Path) -> None:
    cover = jpeg(tmp_path)
    data = tagged(
        tmp_path,
        ".mp3",
        cover,
        title="Señor = 1; x",
        artist="Björk",
        album="Début",
        album_artist="Various",
        genre="Pop",
        date="1993-07-05",
        track="3/12",
        TSRC="GBAYE9300106",
    )
    track = await library.upload(data, "01.mp3")
    assert (track.title, track.artist, track.album) == ("Señor = 1; x", "Björk", "Début")
    assert (track.album_artist, track.genre, track.release_date) == ("Various", "Pop", "1993-07-05")
    assert (track.track_number, track.isrc) == (3, "GBAYE9300106")
    artwork = await library.artifact(track.artwork_artifact)
    assert artwork.media_type == "image/jpeg"
    assert artwork.filename == "cover.jpg"
    assert artwork.sha256 == hashlib.sha256(cover).hexdigest()
    assert not artwork.HasField("audio")
    request = registry_pb.ResolveTrackRequest(name=track.name)
    resolved = await library.registry.ResolveTrack(request, metadata=ANN)
    assert (resolved.artwork_sha256, resolved.artwork_media_type) == (artwork.sha256, "image/jpeg")


@pytest.mark.parametrize("suffix", [".flac", ".m4a", ".ogg", ".opus", ".mkv", ".webm", ".wav", ".aiff"])
async def test_tags_of_other_formats(library: LibraryUnderTest, tmp_path: Path, suffix: str) -> None:
    options = {"write_id3v2": "1"} if suffix == ".aiff" else {}
    extra = [part for key, value in options.items() for part in (f"-{key}", value)]
    data = encoded(tmp_path, suffix, "-metadata", "title=T", "-metadata", "artist=A", "-metadata", "date=2001", *extra)
    track = await library.upload(data)
    assert (track.title, track.artist, track.release_date) == ("T", "A", "2001")


async def test_the_cover_of_an_ogg_file(library: LibraryUnderTest, tmp_path: Path) -> None:
    cover = jpeg(tmp_path)
    media_type = b"image/jpeg"
    picture = (
        struct.pack(">II", 3, len(media_type))
        + media_type
        + struct.pack(">IIIIII", 0, 32, 32, 24, 0, len(cover))
        + cover
    )
    comment = f"metadata_block_picture={base64.b64encode(picture).decode()}"
    track = await library.upload(encoded(tmp_path, ".ogg", "-metadata:s:a", comment))
    assert (await library.artifact(track.artwork_artifact)).sha256 == hashlib.sha256(cover).hexdigest()


async def test_a_cover_that_is_no_picture_is_left_out(library: LibraryUnderTest, tmp_path: Path) -> None:
    data = tagged(tmp_path, ".mp3", jpeg(tmp_path), title="T")
    start = data.index(b"\xff\xd8\xff\xe0")
    track = await library.upload(data[:start] + b"<svg" + data[start + 4 :])
    assert track.title == "T"
    assert not track.artwork_artifact


async def test_the_same_request_makes_one_track(library: LibraryUnderTest) -> None:
    first = await library.upload(request_id="r1")
    assert await library.upload(request_id="r1", filename="again.wav") == first
    together = await asyncio.gather(*(library.upload(request_id="r2") for _ in range(5)))
    assert len({track.name for track in together}) == 1
    assert len(await library.all_tracks()) == 2
    assert (await library.upload(request_id="r1", metadata=MALLORY)).name != first.name


async def test_a_request_id_for_other_bytes(library: LibraryUnderTest) -> None:
    await library.upload(request_id="r1")
    with failing("REQUEST_ID_REUSED") as failure:
        await library.upload(wav(tone(0.2)), request_id="r1")
    assert failure.code is grpc.StatusCode.ALREADY_EXISTS
    assert failure.metadata == {"request_id": "r1"}
    assert len(library.files()) == 1


async def test_a_request_id_is_forgotten_after_a_day(
    library: LibraryUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await library.upload(request_id="r1")
    monkeypatch.setattr(uploads, "_REQUEST_ID_US", 0)
    second = await library.upload(wav(tone(0.2)), request_id="r1")
    assert second.name != first.name


async def test_equal_bytes_are_stored_once(library: LibraryUnderTest) -> None:
    assert (await library.upload()).name != (await library.upload()).name
    assert len(library.files()) == 1


async def test_frames_as_the_gateway_sends_them(library: LibraryUnderTest) -> None:
    async def frames() -> AsyncIterator[pb.UploadTrackRequest]:
        first = {"content_type": "audio/wav", "data": library.song[:10]}
        yield pb.UploadTrackRequest(filename="a.wav", request_id="r", data=first)
        yield pb.UploadTrackRequest(data={"data": library.song[10:]})

    reply = await library.tracks.UploadTrack(frames(), metadata=ANN)
    assert reply.track.filename == "a.wav"
    assert reply.track.size_bytes == len(library.song)


async def test_a_client_that_leaves_leaves_nothing(library: LibraryUnderTest) -> None:
    # What was sent is a whole song for a decoder: only that the client left says that it is not.
    data = wav(tone(5.0), claimed_bytes=0)
    sent = asyncio.Event()

    async def half() -> AsyncIterator[pb.UploadTrackRequest]:
        yield pb.UploadTrackRequest(filename="a.wav", data={"data": data[:500_000]})
        sent.set()
        await asyncio.Event().wait()

    call = library.tracks.UploadTrack(half(), metadata=ANN)
    await sent.wait()
    await asyncio.sleep(0.2)
    assert len(library.files()) == 1
    call.cancel()
    with pytest.raises(asyncio.CancelledError):
        await call
    async with asyncio.timeout(5):
        while library.files():
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.5)
    assert await library.all_tracks() == []
    assert library.files() == []
