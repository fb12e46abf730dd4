"""The modules of one run: read, lowered and kept; imports are resolved through the two front ends."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from lobegen.model.sdk import SdkVersion
from lobegen.model.source import Language, Span
from lobegen.patterns import compiled
from lobegen.read.discovery import SourceTree
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.syntax import Assign, Import, Module, SyntaxFault

if TYPE_CHECKING:
    from lobegen.read.python import PythonResolver
    from lobegen.read.typescript import TypescriptResolver

_PASSES_ON = compiled(rb"export\s*\*|import\s*\*")
_SDK = (b"@upstash/", b"upstash_workflow", b"qstash")
_SDK_SPECIFIER = compiled(r"@upstash/(workflow|qstash)(/|$)|(upstash_workflow|qstash)(\.|$)")
_SMALL = 4096
#: bytes of a file from which on it is not parsed: LibCST takes 1,200 bytes of memory for each, and a second for 20,000
MOST: dict[Language, int] = {"python": 2**19, "typescript": 2**20}


def language_of(path: Path) -> Language:
    """The language of a file, by its ending."""
    return "python" if path.suffix == ".py" else "typescript"


def lowered(path: str, source: bytes) -> Module:
    """A file in the neutral syntax, by the front end of its language.

    Args:
        path: As in `Span.path`.
    """
    language: Language = "python" if path.endswith(".py") else "typescript"
    if len(source) > MOST[language]:
        message = f"{len(source) / 1e6:.1f} MB are too much to read"
        return Module(path, language, source, faults=(SyntaxFault(Span(path, 1, 1, 1, 1, 0, 0), message, False),))
    if language == "python":
        from lobegen.read.python import lower as lower_python

        return lower_python(path, source)
    from lobegen.read.typescript import lower as lower_typescript

    return lower_typescript(path, source)


class Modules:
    """Loads modules on demand.

    Args:
        tree: Where sources come from.
        evaluate: Evaluates a top-level assignment in its module (the elaborator's).
        sdk: Versions that outrank what files say.
        side_effects: Names whose calls have an effect, from configuration.
    """

    def __init__(
        self,
        tree: SourceTree,
        evaluate: Callable[[ModuleScope, Assign], None],
        sdk: dict[Language, str],
        side_effects: tuple[str, ...] = (),
    ) -> None:
        self._tree = tree
        self._evaluate = evaluate
        self._sdk = sdk
        self.side_effects = side_effects
        self._loaded: dict[str, ModuleScope | None] = {}
        self._paths: dict[str, Path] = {}
        self._python: PythonResolver | None = None
        self._typescript: TypescriptResolver | None = None
        self._stamps: dict[str, tuple[int, ...]] = {}
        self._resolved: dict[tuple[str, str], Path | None] = {}

    def load(self, path: Path, content: bytes | None = None) -> ModuleScope | None:
        """The module of a file; None when it cannot be read."""
        key = str(path)
        if key not in self._loaded:
            content = self._tree.read(path) if content is None else content
            self._loaded[key] = None if content is None else self._lower(path, content)
        return self._loaded[key]

    def _lower(self, path: Path, content: bytes) -> ModuleScope:
        display = self._tree.display(path)
        self._paths[display] = path
        return ModuleScope(lowered(display, content), self, self._evaluate)

    def loaded(self) -> list[ModuleScope]:
        """The modules that were read so far."""
        return [scope for scope in self._loaded.values() if scope is not None]

    def path_of(self, source: Module) -> Path:
        """The file of a module."""
        return self._paths[source.path]

    def text_of(self, display: str) -> bytes:
        """The bytes of a file that was read, by its path in spans; nothing where that is no file."""
        scope = self._loaded.get(str(self._paths[display])) if display in self._paths else None
        return scope.source.source if scope is not None else b""

    def resolve(self, source: Module, specifier: str, *, mentioning: str = "") -> ModuleScope | None:
        """The module that an import names, None when it is not of this project.

        Args:
            mentioning: A name that the module must mention, or pass on by `export *`, to be worth reading.
        """
        path = self._resolve(source, specifier)
        if path is None or (mentioning and not self._mentions(path, mentioning)):
            return None
        return self.load(path)

    def _mentions(self, path: Path, name: str) -> bool:
        content = self._tree.read(path)
        return content is not None and (name.encode() in content or _PASSES_ON.search(content) is not None)

    def behind(self, source: Module, specifier: str) -> Path | None:
        """The file that a specifier names, None when it is not of this project; nothing is read."""
        return self._resolve(source, specifier)

    def found(self, source: Module, specifier: str, name: str) -> bool:
        """Whether an import names something of this project; nothing is read."""
        return self._path(source, specifier, name) is not None

    def worth(self, source: Module, specifier: str, name: str) -> bool:
        """Whether an import is worth reading only to see what it does: it deals with the SDK, or is a small helper."""
        path = self._path(source, specifier, name)
        if path is None:
            return False
        content = self._tree.read(path)
        if content is None or any(needle in content for needle in _SDK):
            return content is not None
        return len(content) < _SMALL and _PASSES_ON.search(content) is None

    def _path(self, source: Module, specifier: str, name: str) -> Path | None:
        if source.language == "python" and not self.is_sdk(specifier):
            path = self._python_resolver().resolve_member(self.path_of(source), specifier, name)
            if path is not None:
                return path
        return self._resolve(source, specifier)

    def member(self, source: Module, specifier: str, name: str) -> ModuleScope | None:
        """The module that `from specifier import name` names, when it names a module (Python)."""
        if source.language != "python":
            return None
        path = self._path(source, specifier, name)
        return self.load(path) if path is not None and path != self._resolve(source, specifier) else None

    def is_sdk(self, specifier: str) -> bool:
        """Whether a specifier is of the workflow SDKs."""
        return _SDK_SPECIFIER.match(specifier) is not None

    def copy_of(self, source: Module, imported: Import) -> str | None:
        """Which copy of the SDK a TypeScript import gives: as CommonJS each entry is one, as ES modules all are one.

        None where it is not known how the file is loaded.
        """
        kind = self._typescript_resolver().kind(self.path_of(source))
        if imported.way == "require" or (kind == "commonjs" and not imported.way):
            return imported.specifier.replace("/dist/", "/")
        written = source.path.endswith((".js", ".mjs", ".cjs", ".jsx"))
        return "module" if kind == "module" or (imported.way == "import" and written) else None

    def sdk_version(self, source: Module) -> SdkVersion | None:
        """The SDK version in force for a module."""
        if source.language in self._sdk:
            return SdkVersion(self._sdk[source.language], "config")
        path = self.path_of(source)
        if source.language == "python":
            from lobegen.read.python import sdk_version as python_version

            return python_version(path, self._tree.root)
        from lobegen.read.typescript import sdk_version as typescript_version

        return typescript_version(path, self._tree.root, self._stamps)

    def _resolve(self, source: Module, specifier: str) -> Path | None:
        key = (source.path, specifier)
        if key not in self._resolved:
            self._resolved[key] = self._find(source, specifier)
        return self._resolved[key]

    def _find(self, source: Module, specifier: str) -> Path | None:
        if self.is_sdk(specifier):
            return None  # the SDK is known, also in a checkout of the SDK itself
        importer = self.path_of(source)
        return (
            self._python_resolver().resolve(importer, specifier)
            if source.language == "python"
            else self._typescript_resolver().resolve(importer, specifier)
        )

    def _python_resolver(self) -> "PythonResolver":
        from lobegen.read.python import PythonResolver

        self._python = self._python or PythonResolver(self._tree.root, self._tree.presence)
        return self._python

    def _typescript_resolver(self) -> "TypescriptResolver":
        from lobegen.read.typescript import TypescriptResolver

        self._typescript = self._typescript or TypescriptResolver(self._tree.root, self._tree.presence)
        return self._typescript
