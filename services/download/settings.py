"""Settings of the download service and of its worker."""

from dataclasses import dataclass
from pathlib import Path

from services.download.domain import PROVIDERS
from services.mesh.settings import ServiceSettings, byte_count, one_of, port_number, positive_seconds, setting

AUDIO_SOURCES = ("youtube-music", "youtube", "soundcloud", "bandcamp", "piped")


def _providers(text: str) -> frozenset[str]:
    names = {name.strip() for name in text.split(",")} - {"", "none"}
    if unknown := names - set(PROVIDERS):
        raise ValueError(f"{', '.join(sorted(unknown))} is not one of {', '.join(PROVIDERS)}")
    return frozenset(names)


def _hosts(text: str) -> frozenset[str]:
    hosts = {host.strip().lower() for host in text.split(",")} - {""}
    if wrong := [host for host in hosts if not host.rpartition(":")[2].isdecimal()]:
        raise ValueError(f"{', '.join(sorted(wrong))} must be host:port")
    return frozenset(hosts)


def _audio_sources(text: str) -> tuple[str, ...]:
    sources = tuple(source for part in text.split(",") if (source := part.strip()))
    known = [source for source in sources if source in AUDIO_SOURCES or source.startswith(("http://", "https://"))]
    if not sources or len(known) < len(sources):
        raise ValueError(f"must name one or more of {', '.join(AUDIO_SOURCES)}, or an address that begins with http")
    return sources


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError("must be at least 1")
    return value


@dataclass(frozen=True, kw_only=True)
class Settings(ServiceSettings):
    """What the service and the worker read."""

    port: int = setting("PORT", "Port of the gRPC server.", default="3002", parse=port_number)
    library_target: str = setting("LIBRARY_TARGET", "host:port of the library.", default="127.0.0.1:3005")
    spotify_target: str = setting("SPOTIFY_TARGET", "host:port of the spotify service.", default="127.0.0.1:3001")
    providers: frozenset[str] = setting(
        "DOWNLOAD_PROVIDERS",
        'What may fetch songs, comma-separated: direct, page, spotdl; "none" switches all off.',
        default="direct,page,spotdl",
        parse=_providers,
    )
    allowed_hosts: frozenset[str] = setting(
        "DOWNLOAD_ALLOWED_HOSTS",
        "host:port, comma-separated, that need not be public: for tests and the sandbox only.",
        default="",
        parse=_hosts,
    )
    max_bytes: int = setting("MAX_DOWNLOAD_BYTES", "Largest file fetched.", default="1GiB", parse=byte_count)
    max_audio_seconds: float = setting(
        "MAX_AUDIO_SECONDS", "Longest audio fetched, in seconds.", default="14400", parse=positive_seconds
    )
    transfer_seconds: float = setting(
        "MAX_TRANSFER_SECONDS", "How long one transfer may take, in seconds.", default="3600", parse=positive_seconds
    )
    stall_seconds: float = setting(
        "DOWNLOAD_STALL_SECONDS",
        "How long a server may send next to nothing, in seconds.",
        default="20",
        parse=positive_seconds,
    )
    concurrency: int = setting("DOWNLOAD_CONCURRENCY", "Downloads at once in a worker.", default="3", parse=_count)
    queue: str = setting("QUEUE", "Queue that jobs go to and workers take from.", default="download")
    max_queued_jobs: int = setting("MAX_QUEUED_JOBS", "How many jobs may wait.", default="10000", parse=_count)
    ffmpeg: str = setting("FFMPEG", "The ffmpeg to run; empty = the one in its wheel, else on PATH.", default="")
    ytdlp_cookies: Path | None = setting(
        "YTDLP_COOKIES", "File of cookies (Netscape format) for yt-dlp; empty = none.", default=None, parse=Path
    )
    ytdlp_proxy: str = setting(
        "YTDLP_PROXY",
        "Proxy for yt-dlp; then the proxy, not this server, decides which addresses are reached.",
        default="",
    )
    ytdlp_ipv4: bool = setting(
        "YTDLP_IPV4",
        "Whether yt-dlp uses IPv4 only: yes or no.",
        default="no",
        parse=lambda text: one_of("yes", "no")(text) == "yes",
    )
    spotdl_python: Path = setting(
        "SPOTDL_PYTHON",
        "The Python interpreter that has spotdl; that of DATA_DIR/spotdl if unset, where `sfa spotdl install` puts it.",
        default=lambda values: values["data_dir"] / "spotdl" / "bin" / "python",
        parse=Path,
    )
    spotdl_audio_source: tuple[str, ...] = setting(
        "SPOTDL_AUDIO_SOURCE",
        "Where spotdl looks for songs, comma-separated, first come first served: youtube-music, youtube, soundcloud,"
        " bandcamp, piped, or the address of a search of your own.",
        default="youtube-music,youtube",
        parse=_audio_sources,
    )
