"""The dead letter queue: what failed for good."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lobegen.qstash.headers import canonical
from lobegen.qstash.message import Answer, Attempt
from lobegen.qstash.run import Run


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
        id: The dlqId.
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

    def view(self) -> dict[str, object]:
        """The element of a DLQ listing."""
        message, run = self.attempt.message, self.run
        view: dict[str, object] = {
            "dlqId": self.id,
            "messageId": message.id,
            "url": message.destination,
            "method": message.method,
            "header": canonical(message.forward),
            "body": (run.payload if run else message.body).decode("utf-8", "replace"),
            "maxRetries": message.retries,
            "notBefore": message.not_before,
            "createdAt": self.created_at,
            "callerIP": "127.0.0.1",
            "responseStatus": self.answer.status,
            "responseHeader": canonical(self.answer.headers),
            "responseBody": (self.answer.body.decode("utf-8", "replace") or self.answer.error),
        }
        if run:
            view |= {"workflowRunId": run.id, "workflowUrl": run.url, "workflowCreatedAt": run.created_at}
            view |= {"label": ",".join(run.labels)} if run.labels else {}
            view |= {"failureCallback": message.headers.get("upstash-failure-callback", run.url)}
            if run.failure_function:
                view["failureCallbackInfo"] = {"state": str(run.failure_function)}
        return view

    def matches(self, query: Mapping[str, str]) -> bool:
        """Whether the letter passes the filters of a listing; unknown filters are ignored."""
        return all(_FILTERS[name](self, want) for name, want in query.items() if name in _FILTERS and want)


_FILTERS: Mapping[str, Callable[[DeadLetter, str], bool]] = {
    "workflowRunId": lambda letter, want: letter.run is not None and want == letter.run.id,
    "workflowUrl": lambda letter, want: letter.run is not None and want == letter.run.url,
    "label": lambda letter, want: letter.run is not None and want in letter.run.labels,
    "source": lambda letter, want: want != "workflow" or letter.run is not None,
    "url": lambda letter, want: want == letter.attempt.message.destination,
    "responseStatus": lambda letter, want: want == str(letter.answer.status),
    "fromDate": lambda letter, want: want.isdecimal() and letter.created_at >= int(want),
    "toDate": lambda letter, want: want.isdecimal() and letter.created_at <= int(want),
}
