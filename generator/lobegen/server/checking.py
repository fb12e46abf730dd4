"""Lints what is open in an editor: unsaved text stands in for what is on disk, each file within its project."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from lsprotocol.types import Diagnostic, WorkspaceEdit
from msgspec import Struct, field
from msgspec.structs import replace

from lobegen.errors import LobegenError
from lobegen.lint import LintOptions
from lobegen.lint.engine import Reading, read_paths, report_of
from lobegen.lint.scope import project_of
from lobegen.model.findings import Finding
from lobegen.model.fixes import Fix
from lobegen.report import Report
from lobegen.server.client import Client
from lobegen.server.diagnostics import Diagnoses
from lobegen.server.positions import Text

#: what they find is not allowed by a comment, but mended
_NOT_ALLOWED = {"unused-suppression", "syntax-error"}


class Document(Struct, frozen=True):
    """What an editor has of a file.

    Attributes:
        uri: As the client writes it, which need not be how we would.
        version: The client's number for this state of it.
        content: Its bytes, as they would be on disk.
    """

    uri: str
    version: int | None
    content: bytes


class Remedy(Struct, frozen=True):
    """Something that makes a finding go away."""

    fix: Fix
    edit: WorkspaceEdit


class Told(Struct, frozen=True):
    """A finding, and what is said of it.

    Attributes:
        fix: Its fix, where it has one that can be applied.
        allowance: The comment that allows it, where it has a place.
    """

    finding: Finding
    diagnostic: Diagnostic
    fix: Remedy | None = None
    allowance: Remedy | None = None


class Checked(Struct, frozen=True):
    """What was found in one file.

    Attributes:
        version: The state of the document that was read; None when the file is not open.
        text: What was read.
    """

    uri: str
    version: int | None
    text: Text
    told: tuple[Told, ...] = ()


class Outcome(Struct):
    """The outcome of one check.

    Attributes:
        files: By absolute path; files of projects that could not be judged are missing.
        troubles: For the user: mistakes in settings.
        failures: For the log: mistakes of ours.
    """

    files: dict[Path, Checked] = field(default_factory=dict)
    troubles: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)


def check(documents: Mapping[Path, Document], folders: Sequence[Path], client: Client, options: LintOptions) -> Outcome:
    """Lint what is open, and the folders; no mistake in one project, nor one of ours, keeps the others from it.

    Args:
        documents: What is open, by absolute path.
        folders: Folders to lint whole.
    """
    outcome = Outcome()
    options = with_documents(options, documents)
    for paths in _groups(documents, folders):
        try:
            reading = read_paths(paths, options=options)
            report = report_of(reading, options)
        except LobegenError as error:
            outcome.troubles.append(str(error))
        except Exception:
            outcome.failures.append(traceback.format_exc())
        else:
            outcome.failures += report.failures
            outcome.files |= _files(reading, report, documents, paths, client)
    return outcome


def with_documents(options: LintOptions, documents: Mapping[Path, Document]) -> LintOptions:
    """Options under which what is open stands in for what is on disk."""
    return replace(options, overlay={path: document.content for path, document in documents.items()})


def _groups(documents: Mapping[Path, Document], folders: Sequence[Path]) -> list[list[Path]]:
    """What is linted together: each folder, and the files outside of them by the project that they belong to."""
    groups: dict[Path, list[Path]] = {folder: [folder] for folder in folders}
    for path in documents:
        whole = next((folder for folder in folders if path.is_relative_to(folder)), None)
        groups.setdefault(whole or project_of(path.parent) or path.parent, []).append(path)
    return list(groups.values())


def _files(
    reading: Reading, report: Report, documents: Mapping[Path, Document], paths: Sequence[Path], client: Client
) -> dict[Path, Checked]:
    diagnoses = Diagnoses(reading, documents, client)
    found: dict[Path, list[Told]] = {path: [] for path in paths if path in documents}
    for finding in report.findings:
        path = Path(reading.path_of(finding.span.path))
        found.setdefault(path, []).append(_told(finding, diagnoses))
    checked: dict[Path, Checked] = {}
    for path, told in found.items():
        document = documents.get(path)
        version = document.version if document is not None else None
        checked[path] = Checked(diagnoses.uri(path), version, diagnoses.text(path), tuple(told))
    return checked


def _told(finding: Finding, diagnoses: Diagnoses) -> Told:
    return Told(
        finding,
        diagnoses.of(finding),
        _remedy(finding.fix, diagnoses),
        _remedy(diagnoses.allowance(finding), diagnoses) if finding.rule not in _NOT_ALLOWED else None,
    )


def _remedy(fix: Fix | None, diagnoses: Diagnoses) -> Remedy | None:
    return Remedy(fix, diagnoses.edit(fix)) if fix is not None and fix.edits else None
