"""A store on the real Valkey, a dispatcher that keeps what was sent, and jobs to put into them."""

import pytest

from alchemy.processing.v1.separation_pb2 import Separation
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.ids import new_id
from services.mesh.jobs.job import Job
from services.mesh.jobs.store import JobStore
from services.mesh.redis import Client
from tests.sent import Sent

QUEUE = "separate"


class PlainEvents:
    def changed(self, job: Job) -> Event:
        progress = {"fraction": job.fraction, "attempt": job.attempt}
        return Event(
            separation_changed=Separation(
                name=job.name, revision=job.revision, state=f"JOB_STATE_{job.state.value}", progress=progress
            )
        )

    def deleted(self, name: str) -> Event:
        return Event(separation_deleted=name)


@pytest.fixture
def store(redis_client: Client) -> JobStore:
    return JobStore(redis_client, "test", PlainEvents())


@pytest.fixture
def sent() -> Sent:
    return Sent(QUEUE)


def make_job(track: str = "tracks/t", owner: str = "local", at: float = 1.0) -> Job:
    name = f"{track}/separations/{new_id()}"
    return Job(name=name, owner=owner, queue=QUEUE, spec={"model": "m"}, created_at=at, queued_at=at)
