"""What yt-dlp and its like say, as errors of the contract."""

import re
from urllib.parse import urlsplit

from services.mesh.errors import (
    AgeRestricted,
    LinkUnsupported,
    MeshError,
    ProviderBlocked,
    ProviderFailed,
    SourceNotAudio,
    SourceNotFound,
    SourceUnavailable,
    TooLarge,
    TooLong,
)

_DETAIL = 200
# The first that fits counts. Texts of yt-dlp and of the sites that it reads, which change: what fits none is PROVIDER_FAILED.
_REASONS = (
    ("too long", r"refused: it is too long"),
    ("too large", r"refused: it is too large|larger than max-filesize"),
    ("not audio", r"refused: it is live|requested format is not available|no video formats|nothing was downloaded"),
    ("age", r"confirm your age|age.restricted|inappropriate for some users"),
    (
        "blocked",
        r"not a bot|http error (403|429|451)|too many requests|captcha|login required|sign in|premium|members.only",
    ),
    (
        "blocked",
        r"not (made this video )?available (in|from) your (country|location)|geo.?restrict|blocked it in your country",
    ),
    ("unsupported", r"unsupported url|is not a valid url|no suitable extractor"),
    (
        "gone",
        r"http error (404|410)|private video|video unavailable|has been removed|does not exist|not found|terminated",
    ),
    (
        "unreachable",
        r"http error 5\d\d|timed? ?out|connection (refused|reset|aborted)|unable to connect|name or service",
    ),
    ("unreachable", r"getaddrinfo|remote end closed|proxyerror|tunnel (connection )?failed|incompleteread|ssl"),
)


def error_for(provider: str, link: str, text: str, *, max_seconds: float, max_bytes: int) -> MeshError:
    """Returns the error of the contract for what a program said about a link."""
    detail = re.sub(r"^ERROR:\s*|\x1b\[[0-9;]*m", "", text).partition("\n")[0].strip()
    detail = detail.partition("; please report this issue")[0][:_DETAIL] or "it says nothing"
    kind = next((name for name, pattern in _REASONS if re.search(pattern, text, re.IGNORECASE)), "")
    errors: dict[str, MeshError] = {
        "too long": TooLong(limit_seconds=max_seconds),
        "too large": TooLarge(limit_bytes=max_bytes),
        "not audio": SourceNotAudio(link=link, detail=detail),
        "age": AgeRestricted(link=link),
        "blocked": ProviderBlocked(provider, detail),
        "unsupported": LinkUnsupported(link, "yt-dlp knows nothing on that page"),
        "gone": SourceNotFound(link=link, detail=detail),
        "unreachable": SourceUnavailable(host=urlsplit(link).netloc or provider, detail=detail),
    }
    return errors.get(kind) or ProviderFailed(provider, detail)
