"""The dead letter queue: what failed for good."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lobegen.qstash.message import Answer, Attempt
from lobegen.qstash.publishing.headers import canonical
from lobegen.qstash.runs.run import Run
from lobegen.qstash.views.message import labels_view, message_view, text_or_base64


@dataclass(frozen=True, slots=True)
class LetterRecord:
    """A dead letter as it is kept: the run by its id, or empty."""

    id: str
    attempt: Attempt
    answer: Answer
    created_at: int
    run_id: str


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message that failed for good.

    Attributes:
        id: The dlqId: milliseconds and a number, in the order of the failures.
        attempt: The last attempt.
        answer: What it got.
        created_at: Milliseconds.
        run: The run that failed with it, or None for a plain message.
    """

    id: str
    attempt: Attempt
    answer: Answer
    created_at: int
    run: Run | None

    @classmethod
    def of_record(cls, record: LetterRecord, runs: Mapping[str, Run]) -> "DeadLetter":
        """The letter that was kept."""
        return cls(record.id, record.attempt, record.answer, record.created_at, runs.get(record.run_id))

    def record(self) -> LetterRecord:
        """What is kept of it."""
        return LetterRecord(self.id, self.attempt, self.answer, self.created_at, self.run.id if self.run else "")

    @property
    def labels(self) -> list[str]:
        """The labels of the run, or of the message."""
        return self.run.labels if self.run else self.attempt.message.labels

    def view(self) -> dict[str, object]:
        """The element of a DLQ listing."""
        view = message_view(self.attempt.message) | labels_view(self.labels)
        view |= {
            "dlqId": self.id,
            "createdAt": self.created_at,
            "responseStatus": self.answer.status,
            "responseHeader": canonical(self.answer.headers),
        }
        view |= text_or_base64("responseBody", self.answer.body or self.answer.error.encode())
        return view | (_of_run(self.run) if self.run else {})


def _of_run(run: Run) -> dict[str, object]:
    view: dict[str, object] = {
        "workflowRunId": run.id,
        "workflowUrl": run.url,
        "workflowCreatedAt": run.created_at,
        "failureCallback": run.trigger.get("upstash-failure-callback", run.url),
    }
    if run.failure_function:
        view["failureFunctionState"] = str(run.failure_function)
        view["failureCallbackInfo"] = {"state": str(run.failure_function)}
    return view | text_or_base64("body", run.payload)


def next_number(letter_ids: Iterable[str]) -> int:
    """The number for the next letter's id."""
    return max((int(letter_id.partition("-")[2]) for letter_id in letter_ids), default=-1) + 1
