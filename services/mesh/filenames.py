"""Names of files for people."""


def titled_filename(title: str, kind: str, suffix: str) -> str:
    """Returns a name that any system takes: "Song (vocals).wav", at most 255 bytes of UTF-8."""
    tail = f" ({kind}){suffix}"
    clean = "".join(" " if c in '/\\:*?"<>|' or not c.isprintable() else c for c in title).strip() or "untitled"
    return clean.encode()[: 255 - len(tail.encode())].decode(errors="ignore").rstrip() + tail
