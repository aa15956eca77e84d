"""Prometheus metrics that every service exports. Names and labels are an interface: dashboards rely on them."""

from prometheus_client import Counter, Gauge, Histogram, start_http_server

RPCS = Counter("alchemy_rpcs", "Finished calls.", ["method", "code"])
RPC_SECONDS = Histogram(
    "alchemy_rpc_seconds",
    "Time from the start of a call to its end, in seconds; streams count whole.",
    ["method"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600),
)
RPCS_ACTIVE = Gauge("alchemy_rpcs_active", "Calls in flight.", ["method"])

JOB_TRANSITIONS = Counter("alchemy_job_transitions", "Jobs that entered a state.", ["queue", "state"])
JOB_SECONDS = Histogram(
    "alchemy_job_seconds",
    "Time from the start of the last attempt to the end of the job, in seconds.",
    ["queue", "state"],
    buckets=(0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600),
)
EVENTS_PUBLISHED = Counter("alchemy_events_published", "Events written to the stream.")
EVENT_SUBSCRIBERS = Gauge("alchemy_event_subscribers", "Watches and subscriptions held by this process.")


def serve_metrics(host: str, port: int) -> None:
    """Serves /metrics in a thread of its own; port 0 = not at all."""
    if port:
        start_http_server(port, addr=host)
