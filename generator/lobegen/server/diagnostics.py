"""Findings as an editor shows them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lsprotocol.types import (
    CodeDescription,
    Diagnostic,
    DiagnosticRelatedInformation,
    DiagnosticSeverity,
    DiagnosticTag,
    Location,
    TextEdit,
    WorkspaceEdit,
)

from lobegen.lint.allowance import allowance
from lobegen.lint.engine import Reading
from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix
from lobegen.model.source import Span
from lobegen.read.document import Document as SourceDocument
from lobegen.report.prose import page_of, places_besides
from lobegen.server.client import Client
from lobegen.server.positions import Text

if TYPE_CHECKING:
    from lobegen.server.checking import Document

SOURCE = "lobegen"
#: what stands for the reason in a comment that an editor makes: it is to be written over
REASON = "TODO: say why"
_SEVERITIES = {
    Severity.ERROR: DiagnosticSeverity.Error,
    Severity.WARNING: DiagnosticSeverity.Warning,
    Severity.INFO: DiagnosticSeverity.Information,
}
#: what they find can be deleted
_UNNECESSARY = {"unused-suppression"}


class Diagnoses:
    """Turns the findings of one report into diagnostics; each file's text is prepared once."""

    def __init__(self, reading: Reading, documents: "Mapping[Path, Document]", client: Client) -> None:
        self._reading = reading
        self._documents = documents
        self._client = client
        self._texts: dict[Path, Text] = {}

    def of(self, finding: Finding) -> Diagnostic:
        """What is said of a finding."""
        client = self._client
        path = Path(self._reading.path_of(finding.span.path))
        related = [
            DiagnosticRelatedInformation(self._location(span), message) for span, message in places_besides(finding)
        ]
        return Diagnostic(
            range=self.text(path).range_of(finding.span),
            message="\n".join(filter(None, (finding.message, finding.help))),
            severity=_SEVERITIES[finding.severity],
            code=finding.rule,
            code_description=CodeDescription(page_of(finding.rule)) if client.pages else None,
            source=SOURCE,
            tags=[DiagnosticTag.Unnecessary] if client.tags and finding.rule in _UNNECESSARY else None,
            related_information=related if related and client.related else None,
        )

    def _location(self, span: Span) -> Location:
        path = Path(self._reading.path_of(span.path))
        return Location(self.uri(path), self.text(path).range_of(span))

    def edit(self, fix: Fix) -> WorkspaceEdit:
        """What applies a fix."""
        edits: dict[Path, list[TextEdit]] = {}
        for edit in fix.edits:
            path = Path(self._reading.path_of(edit.span.path))
            edits.setdefault(path, []).append(TextEdit(self.text(path).range_of(edit.span), edit.text))
        documents = {path: self._documents.get(path) for path in edits}
        return self._client.edit(
            {
                (self.uri(path), document.version if document is not None else None): edits[path]
                for path, document in documents.items()
            }
        )

    def allowance(self, finding: Finding) -> Fix:
        """What allows a finding where it is."""
        path = Path(self._reading.path_of(finding.span.path))
        document = SourceDocument(finding.span.path, self.text(path).content)
        return allowance(document, finding.span, [finding.rule], REASON)

    def uri(self, path: Path) -> str:
        """A file's address, as the client writes it where the file is open."""
        document = self._documents.get(path)
        return document.uri if document is not None else path.as_uri()

    def text(self, path: Path) -> Text:
        """A file's text, as it was linted."""
        if path not in self._texts:
            content = self._reading.tree.read(path) or b""
            self._texts[path] = Text(content, str(path), self._client.units)
        return self._texts[path]
