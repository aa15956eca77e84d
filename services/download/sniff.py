"""What a file is, by its first bytes. Pure."""

_AT_START = {
    b"fLaC": ".flac",
    b"ID3": ".mp3",
    b"OggS": ".ogg",
    b"\x1a\x45\xdf\xa3": ".webm",
    b"ADIF": ".aac",
}
_IN_FORM = {
    (b"RIFF", b"WAVE"): ".wav",
    (b"RF64", b"WAVE"): ".wav",
    (b"FORM", b"AIFF"): ".aiff",
    (b"FORM", b"AIFC"): ".aiff",
}
_IMAGES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png", b"GIF8": "image/gif"}

HEAD_BYTES = 512


def audio_suffix(head: bytes) -> str | None:
    """Returns the suffix for a file of audio, or of video that may have sound; None if it is neither."""
    for magic, suffix in _AT_START.items():
        if head.startswith(magic):
            return suffix
    if (found := _IN_FORM.get((head[:4], head[8:12]))) is not None:
        return found
    if head[4:8] == b"ftyp":
        return ".m4a"
    # The sync word of MPEG audio: layers 1 to 3 are mp3, layer 0 is AAC in ADTS.
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:  # noqa: PLR2004 (bytes of the format)
        if head[1] & 0x06:
            return ".mp3"
        return ".aac" if head[1] & 0xF0 == 0xF0 else None  # noqa: PLR2004 (likewise)
    return None


def is_page(head: bytes) -> bool:
    """Whether it looks like HTML."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return start.startswith((b"<!doctype html", b"<html", b"<head", b"<script", b"<!--", b"<?xml", b"<body", b"<meta"))


def image_type(head: bytes) -> str | None:
    """Returns the media type of an image; None if it is none that a cover can be."""
    for magic, media_type in _IMAGES.items():
        if head.startswith(magic):
            return media_type
    return "image/webp" if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None
