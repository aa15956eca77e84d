"""What the download worker counts for Prometheus. Names and labels are an interface: dashboards rely on them."""

from prometheus_client import Counter

FINISHED = Counter(
    "alchemy_download_fetches",
    "Songs by provider and outcome: FETCHED, or the reason of the error.",
    ["provider", "outcome"],
)
RECEIVED = Counter(
    "alchemy_download_bytes",
    "Bytes of transfers by provider; one that is continued counts what it took over.",
    ["provider"],
)
REUSED = Counter("alchemy_download_reused", "Songs that were in the library already, so that nothing was fetched.")
