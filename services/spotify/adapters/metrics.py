"""What the service counts for Prometheus. The hit ratio is hits (hit, absent, shared) over all."""

from prometheus_client import Counter, Gauge

CACHE = Counter(
    "alchemy_spotify_cache",
    "Look-ups by result: hit, absent (known not to exist), shared (another call was already asking), miss.",
    ["result"],
)
UPSTREAM = Counter(
    "alchemy_spotify_upstream", "Calls to Spotify's Web API by question and outcome.", ["question", "outcome"]
)
PAUSED_SECONDS = Gauge("alchemy_spotify_paused_seconds", "The last pause that Spotify asked for, in seconds.")
