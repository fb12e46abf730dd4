"""An editor of a few lines: a real client over standard input and output of the real process."""

import asyncio
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

from lsprotocol import types
from pygls.lsp.client import LanguageClient

T = TypeVar("T")
_PATIENCE = 90.0
LANGUAGES = {".py": "python", ".ts": "typescript"}


class Editor:
    """One editor with one workspace; leaving it shuts the server down.

    Args:
        folders: The workspace.
        can: Capabilities; those of VS Code, nearly, when not given.
        command: Another program than `lobegen server`.
        wishes: The `initializationOptions`.
    """

    def __init__(
        self,
        *folders: Path,
        can: types.ClientCapabilities | None = None,
        command: list[str] | None = None,
        wishes: dict[str, Any] | None = None,
    ) -> None:
        self._folders = folders
        self._can = can or able()
        self._command = command or [sys.executable, "-m", "lobegen", "server"]
        self._wishes = wishes
        self._versions: dict[str, int] = {}
        self._told = threading.Condition()
        self._diagnostics: dict[str, types.PublishDiagnosticsParams] = {}
        self.published = 0
        self.messages: list[str] = []
        self.logged: list[str] = []
        self.watchers: list[str] = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> "Editor":
        self._thread.start()
        self._client = LanguageClient("test", "1")
        self._listen()
        self._do(self._client.start_io(*self._command))
        self.server = self._do(self._client.initialize_async(self._hello()))
        self._client.initialized(types.InitializedParams())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._do(self._client.shutdown_async(None))
        self._client.exit(None)
        self._do(self._client.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    @property
    def exit_code(self) -> int | None:
        """How the server ended; None while it runs."""
        return self._client._server.returncode if self._client._server else None

    def open(self, path: Path, text: str | None = None) -> list[types.Diagnostic]:
        """Open a file, with its text on disk when none is given; what is said of it."""
        self.begin(path, text)
        return self.diagnostics(path)

    def begin(self, path: Path, text: str | None = None) -> None:
        """Open a file, whatever is said of it."""
        uri = path.as_uri()
        self._versions[uri] = 1
        text = path.read_text() if text is None else text
        item = types.TextDocumentItem(uri, LANGUAGES.get(path.suffix, "plaintext"), 1, text)
        self._now(lambda: self._client.text_document_did_open(types.DidOpenTextDocumentParams(item)))

    def type(self, path: Path, *texts: str) -> list[types.Diagnostic]:
        """Put texts in the place of what a document holds, one at once after the other; what is said of the last."""
        for text in texts:
            self.send(path, text)
        return self.diagnostics(path)

    def send(self, path: Path, text: str) -> None:
        """Put a text in the place of what a document holds."""
        uri = path.as_uri()
        self._versions[uri] += 1
        document = types.VersionedTextDocumentIdentifier(self._versions[uri], uri)
        change = types.TextDocumentContentChangeWholeDocument(text)
        params = types.DidChangeTextDocumentParams(document, [change])
        self._now(lambda: self._client.text_document_did_change(params))

    def diagnostics(self, path: Path) -> list[types.Diagnostic]:
        """What is said of a document as it is now."""
        uri = path.as_uri()
        return self._wait(
            lambda: (
                self._diagnostics[uri].diagnostics
                if uri in self._diagnostics and self._diagnostics[uri].version == self._versions.get(uri)
                else None
            )
        )

    def after(self, path: Path, published: int) -> list[types.Diagnostic]:
        """What is said of a file once more was published than this."""
        self._wait(lambda: True if self.published > published else None)
        return self._diagnostics[path.as_uri()].diagnostics

    def message(self) -> str:
        """The first message that is shown."""
        return self._wait(lambda: self.messages[0] if self.messages else None)

    def log(self) -> str:
        """The first line that is logged."""
        return self._wait(lambda: self.logged[0] if self.logged else None)

    def watched(self) -> list[str]:
        """The patterns of the files that the server asks to be told of."""
        return self._wait(lambda: self.watchers or None)

    def changed_on_disk(self, path: Path) -> int:
        """Tell the server that a file changed on disk; how much was published until then."""
        before = self.published
        event = types.FileEvent(path.as_uri(), types.FileChangeType.Changed)
        params = types.DidChangeWatchedFilesParams([event])
        self._now(lambda: self._client.workspace_did_change_watched_files(params))
        return before

    def close(self, path: Path) -> list[types.Diagnostic]:
        """Close a document; what is said of it then."""
        uri, before = path.as_uri(), self.published
        self._versions.pop(uri)
        params = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
        self._now(lambda: self._client.text_document_did_close(params))
        return self.after(path, before)

    def reset(self) -> None:
        """Close all documents and forget what was said."""
        for uri in list(self._versions):
            params = types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(uri))
            self._now(lambda params=params: self._client.text_document_did_close(params))  # type: ignore[misc]
        self.hover(Path("/nothing.ts"), 0, 0)  # answered when all of that is done
        self._versions.clear()
        self._diagnostics.clear()
        self.messages.clear()
        self.logged.clear()

    def hover(self, path: Path, line: int, character: int) -> str | None:
        """What is shown at a place, counted from 0."""
        document = types.TextDocumentIdentifier(path.as_uri())
        params = types.HoverParams(document, types.Position(line, character))
        shown = self._do(self._client.text_document_hover_async(params))
        assert shown is None or isinstance(shown.contents, types.MarkupContent)
        return None if shown is None else shown.contents.value

    def actions(self, path: Path, span: types.Range, *only: str) -> list[types.CodeAction]:
        """The code actions for a range."""
        context = types.CodeActionContext([], list(only) or None)
        params = types.CodeActionParams(types.TextDocumentIdentifier(path.as_uri()), span, context)
        found = self._do(self._client.text_document_code_action_async(params)) or []
        return [each for each in found if isinstance(each, types.CodeAction)]

    def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """A code action with its edit."""
        return self._do(self._client.code_action_resolve_async(action))

    def after_edit(self, action: types.CodeAction, path: Path, text: str) -> str:
        """A document's text after a code action was applied to it."""
        assert action.edit is not None
        assert action.edit.document_changes is not None
        (document,) = action.edit.document_changes
        assert isinstance(document, types.TextDocumentEdit)
        assert document.text_document.uri == path.as_uri()
        assert document.text_document.version == self._versions[path.as_uri()]
        for edit in sorted(document.edits, key=lambda each: each.range.start, reverse=True):
            assert isinstance(edit, types.TextEdit)
            start, end = (self._offset(text, at) for at in (edit.range.start, edit.range.end))
            text = text[:start] + edit.new_text + text[end:]
        return text

    @staticmethod
    def _offset(text: str, at: types.Position) -> int:
        lines = text.split("\n")
        units = lines[at.line].encode("utf-16-le")[: at.character * 2]
        return sum(len(line) + 1 for line in lines[: at.line]) + len(units.decode("utf-16-le"))

    def _listen(self) -> None:
        client = self._client

        @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
        def published(params: types.PublishDiagnosticsParams) -> None:
            with self._told:
                self._diagnostics[params.uri] = params
                self.published += 1
                self._told.notify_all()

        @client.feature(types.WINDOW_SHOW_MESSAGE)
        def shown(params: types.ShowMessageParams) -> None:
            self._note(self.messages, params.message)

        @client.feature(types.WINDOW_LOG_MESSAGE)
        def logged(params: types.LogMessageParams) -> None:
            self._note(self.logged, params.message)

        @client.feature(types.CLIENT_REGISTER_CAPABILITY)
        def registered(params: types.RegistrationParams) -> None:
            for each in params.registrations:
                assert each.register_options is not None
                for watcher in each.register_options["watchers"]:
                    self._note(self.watchers, watcher["globPattern"])

    def _note(self, kept: list[str], text: str) -> None:
        with self._told:
            kept.append(text)
            self._told.notify_all()

    def _hello(self) -> types.InitializeParams:
        folders = [types.WorkspaceFolder(each.as_uri(), each.name) for each in self._folders]
        return types.InitializeParams(
            capabilities=self._can, workspace_folders=folders, initialization_options=self._wishes
        )

    def _wait(self, ready: Any) -> Any:  # noqa: ANN401
        with self._told:
            assert self._told.wait_for(lambda: ready() is not None, _PATIENCE), "the server says nothing"
            return ready()

    def _now(self, send: Any) -> None:  # noqa: ANN401
        async def sending() -> None:
            send()

        self._do(sending())

    def _do(self, doing: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(doing, self._loop).result(_PATIENCE)


def able(*, units: str | None = None, all_of_it: bool = True) -> types.ClientCapabilities:
    """Capabilities of a client: all that the server knows how to use, or none."""
    encodings = [types.PositionEncodingKind(units)] if units else None
    general = types.GeneralClientCapabilities(position_encodings=encodings)
    if not all_of_it:
        return types.ClientCapabilities(general=general)
    tags = types.ClientDiagnosticsTagOptions([types.DiagnosticTag.Unnecessary])
    publish = types.PublishDiagnosticsClientCapabilities(
        related_information=True, tag_support=tags, code_description_support=True
    )
    resolve = types.ClientCodeActionResolveOptions(["edit"])
    document = types.TextDocumentClientCapabilities(
        publish_diagnostics=publish, code_action=types.CodeActionClientCapabilities(resolve_support=resolve)
    )
    workspace = types.WorkspaceClientCapabilities(
        workspace_edit=types.WorkspaceEditClientCapabilities(document_changes=True),
        did_change_watched_files=types.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True),
    )
    return types.ClientCapabilities(text_document=document, workspace=workspace, general=general)
