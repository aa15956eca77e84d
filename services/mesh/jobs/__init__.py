"""The job kit: long work that survives the death of any process.

    job.py        the record, and every legal move of it, as pure functions
    store.py      records in Redis, moved by one compare-and-set that also writes the event
    dispatch.py   Dramatiq: one message per job, carrying its name only
    worker.py     takes messages, holds a lease while it works, hands back what it cannot finish
    reconcile.py  sends again what has no message, and frees what has no worker
    watch.py      turns events of one job into a stream of snapshots

The record is the truth. A message is only a hint that somebody should look at it: one that comes twice, late or never
changes nothing, because a worker must first move the record from QUEUED to RUNNING, and each move names the revision that it
started from. The attempt number fences: a worker that was taken for dead can no longer move the record.
"""
