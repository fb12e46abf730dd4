"""The one user-facing error."""


class LobegenError(Exception):
    """A mistake in what the user gave: shown as one line on standard error, exit code 2.

    Args:
        message: What is wrong and where, in one line.
        hint: What to do about it; appended to the line.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        self.message = " ".join(message.split())
        self.hint = " ".join(hint.split())
        super().__init__(f"{self.message} {self.hint}".strip())
