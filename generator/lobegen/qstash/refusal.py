"""The answer to a request that the local QStash does not accept."""

from collections.abc import Mapping


class Refused(Exception):
    """A request is not accepted; answered as JSON `{"error": message}` with `status`.

    The SDKs give some codes a meaning (facts: QStash wire protocol 1): 400 to a step says that the run has ended,
    412 makes SDK 1.x fail the run at once with the message. `headers` are added to the answer.
    """

    def __init__(self, status: int, message: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = headers
        self.message = message
        super().__init__(message)
