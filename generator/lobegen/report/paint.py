"""Colours of the formats for people."""

from msgspec import Struct

from lobegen.model.findings import Severity

_SEVERITIES = {Severity.ERROR: "1;31", Severity.WARNING: "1;33", Severity.INFO: "1;36"}


class Paint(Struct, frozen=True):
    """Wraps texts in escape sequences where `colour` is set, else returns them as they are."""

    colour: bool

    def severity(self, text: str, severity: Severity) -> str:
        """A text in the colour of a severity."""
        return self._wrap(text, _SEVERITIES[severity])

    def bold(self, text: str) -> str:
        """A text that stands out."""
        return self._wrap(text, "1")

    def frame(self, text: str) -> str:
        """What surrounds source: line numbers, bars, arrows."""
        return self._wrap(text, "1;34")

    def _wrap(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour and text else text
