"""What is remembered of a delivery."""

from lobegen.qstash.message import STEP, Answer, DeliveryRecord, Outbound
from lobegen.qstash.runs.run import Run


def record_of(
    request: Outbound, run: Run | None, answer: Answer, started_at: int, finished_at: int, elapsed: float
) -> DeliveryRecord:
    """The record of one attempt that is over; times as in the record."""
    message = request.attempt.message
    return DeliveryRecord(
        url=message.destination,
        status=answer.status,
        call_type=message.call_type,
        retried=request.attempt.retried,
        run_id=message.run_id,
        message_id=message.id,
        step=run.step_name(message.position) if run else "",
        entries=message.position + 1 if message.call_type == STEP else None,
        flow_control=message.flow,
        headers=request.headers,
        response_headers=answer.headers,
        response_body=answer.body,
        error=answer.error,
        started_at=started_at,
        finished_at=finished_at,
        elapsed=elapsed,
        faults=request.faults,
    )
