"""What a client can do and wants, as it says when it connects."""

from pathlib import Path

from lsprotocol.types import (
    ClientCapabilities,
    OptionalVersionedTextDocumentIdentifier,
    PositionEncodingKind,
    PublishDiagnosticsClientCapabilities,
    TextDocumentEdit,
    TextEdit,
    WorkspaceEdit,
)
from msgspec import Struct, ValidationError, convert

from lobegen.errors import LobegenError
from lobegen.lint import LintOptions


class Wishes(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """The server's settings: what a client gives as `initializationOptions`.

    Attributes:
        whole_workspace: Whether files that are not open are reported too.
        config: A file of settings that holds instead of the nearest ones.
        select: As on the command line, as are the next two.
    """

    whole_workspace: bool = False
    config: str | None = None
    select: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    @property
    def options(self) -> LintOptions:
        """Options of the engine; files that are excluded stay silent when they are opened."""
        return LintOptions(
            select=self.select,
            extend_select=self.extend_select,
            ignore=self.ignore,
            config=Path(self.config) if self.config else None,
            force_exclude=True,
        )


class Client(Struct, frozen=True):
    """What a client can do.

    Attributes:
        units: What it counts characters in.
        related: Whether it shows places that belong to a diagnostic.
        tags: Whether it can fade what is unnecessary.
        pages: Whether it links a diagnostic's code to a page.
        versions: Whether an edit may say for which version of a document it is.
        resolves: Whether it asks for the edit of a code action when the action is chosen.
        watches: Whether it watches files when it is asked to.
    """

    units: PositionEncodingKind = PositionEncodingKind.Utf16
    related: bool = False
    tags: bool = False
    pages: bool = False
    versions: bool = False
    resolves: bool = False
    watches: bool = False

    def edit(self, edits: dict[tuple[str, int | None], list[TextEdit]]) -> WorkspaceEdit:
        """Edits of documents, by address and version, in the form that the client understands."""
        if not self.versions:
            return WorkspaceEdit(changes={uri: each for (uri, _), each in edits.items()})
        return WorkspaceEdit(
            document_changes=[
                TextDocumentEdit(OptionalVersionedTextDocumentIdentifier(uri, version), list(each))
                for (uri, version), each in edits.items()
            ]
        )


def client_of(capabilities: ClientCapabilities, units: str) -> Client:
    """What the capabilities come to."""
    document, workspace = capabilities.text_document, capabilities.workspace
    publish = (document and document.publish_diagnostics) or PublishDiagnosticsClientCapabilities()
    edits = workspace.workspace_edit if workspace else None
    actions = document.code_action if document else None
    resolve = actions.resolve_support if actions else None
    watching = workspace.did_change_watched_files if workspace else None
    return Client(
        units=PositionEncodingKind(units),
        related=bool(publish.related_information),
        tags=publish.tag_support is not None,
        pages=bool(publish.code_description_support),
        versions=bool(edits and edits.document_changes),
        resolves=bool(resolve and "edit" in resolve.properties),
        watches=bool(watching and watching.dynamic_registration),
    )


def wishes_of(given: object) -> Wishes:
    """The settings that a client gives.

    Raises:
        LobegenError: One that there is not, or of a wrong kind.
    """
    if given is None:
        return Wishes()
    try:
        return convert(_plain(given), Wishes)
    except ValidationError as error:
        raise LobegenError(f"initializationOptions: {error}.") from None


def _plain(given: object) -> object:
    """What came as JSON, as lists and dicts: the protocol makes objects with attributes of it."""
    if isinstance(given, list | tuple):
        return [_plain(each) for each in given]
    if hasattr(given, "_asdict"):
        given = given._asdict()
    if isinstance(given, dict):
        return {name: _plain(value) for name, value in given.items()}
    return given
