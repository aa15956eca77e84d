"""Tags in stems: what is written is what others read, and the audio stays what it was, to the byte."""

import hashlib
import subprocess
from pathlib import Path

import pytest
import soundfile

from services.mesh.audio.ffmpeg import ffmpeg_path
from services.mesh.audio.tags import read_tags
from services.processing.adapters.encode import FORMATS, encode
from services.processing.domain import Encoding, stem_rate
from services.processing.tagging import write_tags
from services.processing.tagging.tags import Cover, Tags
from tests.audio.conftest import noise

FFMPEG = ffmpeg_path()
# A white pixel; the rest is an image as large as real covers are, which no decoder needs.
PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63f80f0001010100b138f6140000000049454e44ae426082"
)
COVER = Cover(PIXEL + bytes(200_000), "image/png")
FIELDS = {
    "TITLE": "Söng (vocals)",
    "ARTIST": "Ärtist",
    "ALBUM": "Album = 1",
    "ALBUMARTIST": "Others",
    "GENRE": "Pop",
    "DATE": "2020-02-03",
    "TRACKNUMBER": "7",
    "ISRC": "USABC1234567",
    "COMMENT": "Vocals, separated by htdemucs",
    "SEPARATION_MODEL": "htdemucs",
}
FULL = Tags(FIELDS, COVER)
OTHER = Tags({"TITLE": "Another", "SEPARATION_MODEL": "spleeter-2stems"})


def stem(folder: Path, encoding: Encoding, seconds: float = 2.0) -> Path:
    output = FORMATS[encoding]
    rate = stem_rate(encoding, 44100)
    frames = int(seconds * rate) + 1
    path = folder / f"stem{output.suffix}"
    encode(path, encoding, sample_rate=rate, frames=frames, blocks=iter([noise(frames)]), ffmpeg=FFMPEG)
    return path


def sound(path: Path) -> str:
    """Identifies the samples that players hear."""
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:a", "-f", "f32le", "-"]
    return hashlib.sha256(subprocess.run(command, capture_output=True, check=True).stdout).hexdigest()


def told(path: Path) -> str:
    command = [FFMPEG, "-v", "error", "-i", str(path), "-map", "0:a:0", "-c", "copy", "-f", "ffmetadata", "-"]
    return subprocess.run(command, capture_output=True, check=True).stdout.decode()


@pytest.mark.parametrize("encoding", list(Encoding))
async def test_others_read_the_tags_and_hear_the_same(tmp_path: Path, encoding: Encoding) -> None:
    path = stem(tmp_path, encoding)
    before = sound(path)
    write_tags(path, path.suffix, FULL)
    assert sound(path) == before
    found = await read_tags(path, ffmpeg=FFMPEG)
    assert (found.title, found.artist, found.album) == ("Söng (vocals)", "Ärtist", "Album = 1")
    assert (found.album_artist, found.genre, found.release_date) == ("Others", "Pop", "2020-02-03")
    assert (found.track_number, found.isrc) == (7, "USABC1234567")
    assert found.artwork is not None
    assert (found.artwork.data, found.artwork.media_type) == (COVER.data, "image/png")
    text = told(path).lower()
    assert "comment=vocals, separated by htdemucs" in text
    assert "separation_model=htdemucs" in text


@pytest.mark.parametrize("encoding", list(Encoding))
def test_what_was_tagged_before_leaves_no_trace(tmp_path: Path, encoding: Encoding) -> None:
    path = stem(tmp_path, encoding)
    write_tags(path, path.suffix, OTHER)
    once = path.read_bytes()
    write_tags(path, path.suffix, FULL)
    assert path.read_bytes() != once
    write_tags(path, path.suffix, OTHER)
    assert path.read_bytes() == once
    assert list(tmp_path.iterdir()) == [path]


def test_large_wave_files_are_tagged_too(tmp_path: Path) -> None:
    path = tmp_path / "stem.wav"
    with soundfile.SoundFile(path, "w", 44100, 2, "PCM_24", format="RF64") as file:
        file.write(noise(1001).T)
    before = sound(path)
    write_tags(path, ".wav", FULL)
    assert path.read_bytes()[:4] == b"RF64"
    assert sound(path) == before
    assert "title=Söng" in told(path)
    assert soundfile.info(path).frames == 1001


def test_an_mp4_that_ends_with_its_tables_is_tagged_too(tmp_path: Path) -> None:
    path = stem(tmp_path, Encoding.M4A_AAC)
    end = tmp_path / "end.m4a"
    subprocess.run([FFMPEG, "-v", "error", "-i", str(path), "-c", "copy", "-f", "ipod", str(end)], check=True)
    assert end.read_bytes().rindex(b"moov") > end.read_bytes().index(b"mdat")
    before = sound(end)
    write_tags(end, ".m4a", FULL)
    assert sound(end) == before
    assert "title=Söng" in told(end)
