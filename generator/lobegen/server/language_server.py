"""Answers a client: keeps what is open checked, publishes what was found, and explains it."""

import asyncio
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from lobegen import __version__
from lobegen.errors import LobegenError
from lobegen.read.walking import ENDINGS
from lobegen.server.actions import KINDS, actions, all_fixes, uri_in
from lobegen.server.checking import Checked, Document, Outcome, check, with_documents
from lobegen.server.client import Client, Wishes, client_of, wishes_of
from lobegen.server.pages import hover
from lobegen.server.positions import encoded
from lobegen.server.schedule import Schedule
from lobegen.server.watching import registration


class LobegenServer(LanguageServer):
    """One connection to one client.

    Attributes:
        client: What the client can do.
        checked: What was found last, by absolute path.
    """

    def __init__(self) -> None:
        # pygls counts lines as Python does, with form feeds: positions in partial changes would be off
        super().__init__("lobegen", __version__, types.TextDocumentSyncKind.Full)
        self.client = Client()
        self.checked: dict[Path, Checked] = {}
        self.schedule = Schedule(self._check)
        self._wishes = Wishes()
        self._said: set[str] = set()
        self._logged: set[str] = set()
        self._worker = ThreadPoolExecutor(1, "lobegen")

    def connect(self, params: types.InitializeParams) -> None:
        """Take note of what the client can do and wants."""
        units = self.workspace.position_encoding or types.PositionEncodingKind.Utf16
        self.client = client_of(params.capabilities, units)
        try:
            self._wishes = wishes_of(params.initialization_options)
        except LobegenError as error:
            self._say(types.MessageType.Error, {str(error)})

    def documents(self) -> dict[Path, Document]:
        """The open files that are sources, by absolute path."""
        found: dict[Path, Document] = {}
        for document in self.workspace.text_documents.values():
            path = path_of(document.uri)
            if path is not None:
                content = encoded(document.source, str(path))
                found[path] = Document(document.uri, document.version, content)
        return found

    def folders(self) -> list[Path]:
        """The folders of the workspace that are to be linted whole."""
        if not self._wishes.whole_workspace:
            return []
        found = [to_fs_path(folder.uri) for folder in self.workspace.folders.values()] or [self.workspace.root_path]
        return [Path(os.path.normpath(path)) for path in found if path and os.path.isabs(path) and os.path.isdir(path)]

    async def current(self, uri: str) -> Checked | None:
        """What is found in a document as it is now; None when it is no source, or cannot be judged."""
        path = path_of(uri)
        await self.schedule.settled()
        return self.checked.get(path) if path is not None else None

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """A code action with its edit."""
        uri = uri_in(action.data)
        checked = await self.current(uri) if uri else None
        path = path_of(uri) if uri else None
        if checked is None or path is None:
            return action
        options = with_documents(self._wishes.options, self.documents())
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, all_fixes, checked, path, self.client, options
        )

    def forget(self, uri: str) -> None:
        """Take back what was said of a document that was closed."""
        path = path_of(uri)
        if path is not None and self.checked.pop(path, None) is not None:
            self._publish(uri, None, [])

    async def _check(self) -> None:
        documents = self.documents()
        outcome = await asyncio.get_running_loop().run_in_executor(
            self._worker, check, documents, self.folders(), self.client, self._wishes.options
        )
        self._tell(outcome)
        self._say(types.MessageType.Error, set(outcome.troubles))
        for failure in sorted(set(outcome.failures) - self._logged):
            self.window_log_message(types.LogMessageParams(types.MessageType.Error, failure))
        self._logged = set(outcome.failures)

    def _tell(self, outcome: Outcome) -> None:
        """Publish what was found, but nothing of documents that were changed meanwhile: they are checked again."""
        versions = {path: document.version for path, document in self.documents().items()}
        for path, checked in outcome.files.items():
            if checked.version == versions.get(path):
                self.checked[path] = checked
                self._publish(checked.uri, checked.version, [told.diagnostic for told in checked.told])
        for path in self.checked.keys() - outcome.files.keys() - versions.keys():
            self._publish(self.checked.pop(path).uri, None, [])

    def _publish(self, uri: str, version: int | None, diagnostics: list[types.Diagnostic]) -> None:
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, diagnostics, version))

    def _say(self, kind: types.MessageType, messages: set[str]) -> None:
        """Show messages, each once until it is gone."""
        for message in sorted(messages - self._said):
            self.window_show_message(types.ShowMessageParams(kind, f"lobegen: {message}"))
        self._said = messages


def path_of(uri: str) -> Path | None:
    """The absolute path of a document, None when it is no file on this machine or no source that is read."""
    path = to_fs_path(uri)
    # `file:a.ts`, and a drive of Windows on another system, would be taken from where the server happens to run
    return Path(os.path.normpath(path)) if path and os.path.isabs(path) and path.endswith(ENDINGS) else None


def create_server() -> LobegenServer:
    """A server that nobody is connected to."""
    server = LobegenServer()
    _follow_documents(server)
    _follow_workspace(server)
    _offer_actions(server)

    @server.feature(types.TEXT_DOCUMENT_HOVER)
    async def explain(params: types.HoverParams) -> types.Hover | None:
        checked = await server.current(params.text_document.uri)
        return hover(checked, params.position) if checked is not None else None

    return server


def _follow_documents(server: LobegenServer) -> None:
    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.schedule.ask(at_once=True)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.schedule.ask()

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.schedule.ask(at_once=True)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)
        server.schedule.ask()


def _follow_workspace(server: LobegenServer) -> None:
    @server.feature(types.INITIALIZE)
    def connecting(params: types.InitializeParams) -> None:
        server.connect(params)

    @server.feature(types.INITIALIZED)
    async def connected(params: types.InitializedParams) -> None:
        if server.folders():
            server.schedule.ask(at_once=True)
        if server.client.watches:
            await server.client_register_capability_async(registration())

    @server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def files_changed(params: types.DidChangeWatchedFilesParams) -> None:
        server.schedule.ask()

    @server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
    def folders_changed(params: types.DidChangeWorkspaceFoldersParams) -> None:
        server.schedule.ask()


def _offer_actions(server: LobegenServer) -> None:
    options = types.CodeActionOptions(list(KINDS), resolve_provider=True)

    @server.feature(types.TEXT_DOCUMENT_CODE_ACTION, options)
    async def offer(params: types.CodeActionParams) -> list[types.CodeAction]:
        checked = await server.current(params.text_document.uri)
        found = actions(checked, params.range, list(params.context.only or [])) if checked is not None else []
        return [each if server.client.resolves or each.edit else await server.resolved(each) for each in found]

    @server.feature(types.CODE_ACTION_RESOLVE)
    async def resolve(action: types.CodeAction) -> types.CodeAction:
        return await server.resolved(action)


def serve_stdio() -> None:
    """Serve the client at standard input and output until it says goodbye, and end the process.

    What else is printed goes to the log. A check that is going on is not waited for.
    """
    out = sys.stdout.buffer
    sys.stdout = sys.stderr
    create_server().start_io(stdout=out)
    sys.stderr.flush()
    os._exit(0)
