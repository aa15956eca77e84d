"""Between records and messages of the contract."""

from alchemy.analysis.v1.analysis_pb2 import Analysis
from alchemy.analysis.v1.results_pb2 import Shortfall
from alchemy.realtime.v1.realtime_service_pb2 import Event
from services.analysis.domain import AnalysisSpec
from services.analysis.messages import feature_value
from services.analysis.results import Feature
from services.mesh.jobs.job import Job, JobState
from services.mesh.jobs.messages import progress_message, timestamp


def analysis_message(job: Job, queue_position: int | None = None) -> Analysis:
    """Returns an analysis as the contract has it."""
    spec = AnalysisSpec.from_record(job.spec)
    result = job.result or {}
    message = Analysis(
        name=job.name,
        artifact=spec.artifact,
        features=map(feature_value, spec.features),
        mix_only=spec.mix_only,
        state=f"JOB_STATE_{job.state.value}",
        progress=progress_message(job, queue_position),
        steps=_steps(job, spec),
        stems=spec.stems,
        results_artifact=result.get("artifact", ""),
        shortfalls=[
            Shortfall(feature=feature_value(Feature(one["feature"])), reason=one["reason"], message=one["message"])
            for one in result.get("shortfalls", ())
        ],
        cancel_requested=job.cancel_requested,
        create_time=timestamp(job.created_at),
        start_time=timestamp(job.started_at),
        end_time=timestamp(job.ended_at),
        revision=job.revision,
    )
    if job.error is not None:
        message.error.CopyFrom(job.error.to_status())
    return message


def _steps(job: Job, spec: AnalysisSpec) -> list[Analysis.Step]:
    done = job.state is JobState.SUCCEEDED
    fractions = {} if job.state is JobState.QUEUED else job.details.get("steps", {})
    reused = (job.result or job.details).get("reused", ())
    return [
        Analysis.Step(
            feature=feature_value(feature),
            fraction=1.0 if done else fractions.get(feature, 0.0),
            reused=feature in reused,
        )
        for feature in spec.features
    ]


class AnalysisEvents:
    """How analyses look in the event stream."""

    def changed(self, job: Job) -> Event:
        """Returns the event that carries the analysis as it is now."""
        return Event(analysis_changed=analysis_message(job))

    def deleted(self, name: str) -> Event:
        """Returns the event that says that the analysis is gone."""
        return Event(analysis_deleted=name)
