"""Job records in Redis.

alchemy:{kind}:job:{name}         hash: revision, record (JSON), commit (token of the last change)
alchemy:{kind}:lease:{name}       string with expiry: the worker that has the job in hand
alchemy:{kind}:queued:{queue}     sorted set: waiting jobs by time, for positions and limits
alchemy:{kind}:active             set: jobs that have not ended
alchemy:{kind}:owner:{owner}      sorted set, all scores 0: "{id} {name}", so ids order it
alchemy:{kind}:parent:{parent}    likewise
alchemy:{kind}:succeeded:{owner}:{key}    string: the job with this key that succeeded last
alchemy:{kind}:request:{owner}:{request_id}   string with expiry: fingerprint and name of what it created
"""

import dataclasses
from collections.abc import Callable
from enum import IntEnum
from typing import Protocol

from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.mesh.errors import RequestIdReused
from services.mesh.events import STREAM, STREAM_LENGTH, fields
from services.mesh.ids import new_id
from services.mesh.jobs.job import Job
from services.mesh.metrics import EVENTS_PUBLISHED, JOB_SECONDS, JOB_TRANSITIONS
from services.mesh.redis import Client, redis_errors

REQUEST_ID_SECONDS = 24 * 3600

# One change of one record: nothing happens unless the record still has the revision that the change started from. The
# token makes the change repeatable when the reply was lost and the client sends it again.
_COMMIT = """
local current = redis.call('HMGET', KEYS[1], 'revision', 'commit')
if current[2] == ARGV[2] then return 1 end
if (current[1] or '0') ~= ARGV[1] then return 0 end
if ARGV[9] ~= '' and redis.call('EXISTS', KEYS[7]) == 1 then return 2 end
redis.call('HSET', KEYS[1], 'revision', ARGV[3], 'commit', ARGV[2], 'record', ARGV[4])
if ARGV[5] == 'QUEUED' then
  redis.call('ZADD', KEYS[2], ARGV[6], ARGV[7])
else
  redis.call('ZREM', KEYS[2], ARGV[7])
end
if ARGV[5] == 'QUEUED' or ARGV[5] == 'RUNNING' then
  redis.call('SADD', KEYS[3], ARGV[7])
else
  redis.call('SREM', KEYS[3], ARGV[7])
end
redis.call('ZADD', KEYS[4], 0, ARGV[8])
redis.call('ZADD', KEYS[5], 0, ARGV[8])
if ARGV[14] ~= '' and ARGV[5] == 'SUCCEEDED' then redis.call('SET', KEYS[8], ARGV[7]) end
if ARGV[9] ~= '' then redis.call('SET', KEYS[7], ARGV[9], 'EX', ARGV[10]) end
redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[11], '*', 'owner', ARGV[12], 'key', ARGV[7], 'event', ARGV[13])
return 1
"""

# Takes or extends a lease unless another worker holds it.
_HOLD = """
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
"""

# Removes what somebody else may have put there since, only if nobody has.
_DELETE_IF = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end"


class _Outcome(IntEnum):
    """What the commit script answers."""

    CONFLICT = 0
    DONE = 1
    REPEATED = 2


class JobEvents(Protocol):
    """How the records of one kind of job look as events."""

    def changed(self, job: Job) -> Event:
        """Returns the event that carries the job as it is now."""
        ...

    def deleted(self, name: str) -> Event:
        """Returns the event that says that the job is gone."""
        ...


class JobStore:
    """The records of one kind of job."""

    def __init__(self, redis: Client, kind: str, events: JobEvents) -> None:
        self._redis = redis
        self._events = events
        self._prefix = f"alchemy:{kind}"
        self._commit_script = redis.register_script(_COMMIT)
        self._hold_script = redis.register_script(_HOLD)
        self._delete_if_script = redis.register_script(_DELETE_IF)

    async def create(self, job: Job, *, request_id: str = "", fingerprint: str = "") -> Job:
        """Adds a job, or returns the one that the same request created before.

        Raises:
            RequestIdReused: if the request_id created something else within the last day.
        """
        created = dataclasses.replace(job, revision=1)
        request_key = self._key("request", f"{job.owner}:{request_id}")
        request = f"{fingerprint} {job.name}" if request_id else ""
        outcome = await self._commit(created, 0, request_key=request_key, request=request)
        if outcome is _Outcome.DONE:
            _count(created)
            return created
        if outcome is _Outcome.REPEATED and (earlier := await self._created_by(request_key, fingerprint, request_id)):
            return earlier
        raise RuntimeError(f"{job.name} exists already: ids are not unique")

    async def created_by(self, owner: str, request_id: str, fingerprint: str) -> Job | None:
        """Returns the job that the same request created within the last day, if any.

        Raises:
            RequestIdReused: if the request_id created something else.
        """
        return await self._created_by(self._key("request", f"{owner}:{request_id}"), fingerprint, request_id)

    async def _created_by(self, request_key: str, fingerprint: str, request_id: str) -> Job | None:
        with redis_errors():
            value = await self._redis.get(request_key)
        if value is None:
            return None
        earlier_fingerprint, name = value.decode().split(" ", 1)
        if earlier_fingerprint != fingerprint:
            raise RequestIdReused(request_id)
        return await self.get(name)

    async def get(self, name: str) -> Job | None:
        """Returns a job, or None if there is none of this name."""
        with redis_errors():
            record = await self._redis.hget(self._key("job", name), "record")
        return None if record is None else Job.from_json(record)

    async def succeeded(self, owner: str, key: str) -> Job | None:
        """Returns the job of an owner with this key that succeeded last, None if there is none."""
        with redis_errors():
            name = await self._redis.get(self._key("succeeded", f"{owner}:{key}"))
        return None if name is None else await self.get(name.decode())

    async def change(self, name: str, move: Callable[[Job], Job]) -> Job | None:
        """Applies a move to a job and returns the job after it; None if there is none of this name.

        `move` is a pure function and may be called several times, when others change the job at the same moment. What it
        raises passes through; if it returns the job unchanged, nothing is written.
        """
        while True:
            job = await self.get(name)
            if job is None:
                return None
            moved = move(job)
            if moved == job:
                return job
            moved = dataclasses.replace(moved, revision=job.revision + 1)
            if await self._commit(moved, job.revision) is _Outcome.DONE:
                if moved.state is not job.state:
                    _count(moved)
                return moved

    async def _commit(self, job: Job, revision: int, *, request_key: str = "", request: str = "") -> "_Outcome":
        entry = fields(job.owner, job.name, self._events.changed(job))
        member = f"{job.id} {job.name}"
        with redis_errors():
            done = await self._commit_script(
                keys=[
                    self._key("job", job.name),
                    self._key("queued", job.queue),
                    self._key("active"),
                    self._key("owner", job.owner),
                    self._key("parent", f"{job.owner}:{job.parent}"),
                    STREAM,
                    request_key or self._key("request", "none"),
                    self._key("succeeded", f"{job.owner}:{job.key}"),
                ],
                args=[
                    revision,
                    new_id(),
                    job.revision,
                    job.to_json(),
                    job.state.value,
                    job.queued_at,
                    job.name,
                    member,
                    request,
                    REQUEST_ID_SECONDS,
                    STREAM_LENGTH,
                    entry["owner"],
                    entry["event"],
                    job.key,
                ],
            )
        outcome = _Outcome(done)
        if outcome is _Outcome.DONE:
            EVENTS_PUBLISHED.inc()
        return outcome

    async def page(self, owner: str, *, parent: str | None, before: str | None, size: int) -> list[Job]:
        """Returns up to `size` jobs of an owner (and of one parent), newest first, older than the id `before`."""
        index = self._key("owner", owner) if parent is None else self._key("parent", f"{owner}:{parent}")
        upper = f"({before}" if before else "+"
        with redis_errors():
            members = await self._redis.zrevrangebylex(index, upper, "-", start=0, num=size)
        return await self._load([member.decode().split(" ", 1)[1] for member in members])

    async def queue_position(self, job: Job) -> int | None:
        """Returns how many jobs start before this one; None if it does not wait."""
        with redis_errors():
            rank: int | None = await self._redis.zrank(self._key("queued", job.queue), job.name)
        return rank

    async def queue_length(self, queue: str) -> int:
        """Returns how many jobs wait in a queue."""
        with redis_errors():
            length: int = await self._redis.zcard(self._key("queued", queue))
        return length

    async def active(self) -> list[Job]:
        """Returns all jobs of all owners that have not ended."""
        with redis_errors():
            names = await self._redis.smembers(self._key("active"))
        return await self._load([name.decode() for name in names])

    async def _load(self, names: list[str]) -> list[Job]:
        """Returns the jobs of these names that still exist, in one round trip."""
        with redis_errors():
            async with self._redis.pipeline(transaction=False) as pipe:
                for name in names:
                    pipe.hget(self._key("job", name), "record")
                records = await pipe.execute()
        return [Job.from_json(record) for record in records if record is not None]

    async def delete(self, job: Job) -> None:
        """Removes a job's record from everywhere, and says so in the event stream."""
        member = f"{job.id} {job.name}"
        entry = fields(job.owner, job.name, self._events.deleted(job.name))
        with redis_errors():
            async with self._redis.pipeline(transaction=True) as pipe:
                pipe.delete(self._key("job", job.name), self._key("lease", job.name))
                pipe.zrem(self._key("queued", job.queue), job.name)
                pipe.srem(self._key("active"), job.name)
                pipe.zrem(self._key("owner", job.owner), member)
                pipe.zrem(self._key("parent", f"{job.owner}:{job.parent}"), member)
                succeeded = self._key("succeeded", f"{job.owner}:{job.key}")
                await self._delete_if_script(keys=[succeeded], args=[job.name], client=pipe)
                pipe.xadd(STREAM, entry, maxlen=STREAM_LENGTH, approximate=True)
                await pipe.execute()

    async def hold(self, name: str, worker: str, seconds: float) -> bool:
        """Takes or extends the lease of a job for a worker; False if another one has it."""
        with redis_errors():
            held = await self._hold_script(keys=[self._key("lease", name)], args=[worker, int(seconds * 1000)])
        return bool(held)

    async def release(self, name: str, worker: str) -> None:
        """Gives the lease up, if the worker has it."""
        with redis_errors():
            await self._delete_if_script(keys=[self._key("lease", name)], args=[worker])

    async def held(self, name: str) -> bool:
        """Whether a worker holds the job."""
        with redis_errors():
            return bool(await self._redis.exists(self._key("lease", name)))

    def _key(self, *parts: str) -> str:
        return ":".join((self._prefix, *parts))


def _count(job: Job) -> None:
    JOB_TRANSITIONS.labels(job.queue, job.state.value).inc()
    if job.state.terminal and job.ended_at is not None and job.started_at is not None:
        JOB_SECONDS.labels(job.queue, job.state.value).observe(job.ended_at - job.started_at)
