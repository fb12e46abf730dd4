"""The walk over a folder: which sources it holds, by their endings, ignore files, excludes and kind."""

import os

from msgspec import Struct

from lobegen.patterns import compiled
from lobegen.read.ignoring import IgnoreRules
from lobegen.read.repository import is_ignored, repository_root, rules_above, rules_of_file, rules_of_repository

TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
ENDINGS = (".py", *TYPESCRIPT)

#: never entered or read unless named, or taken back by a pattern such as `!dist`
DEFAULT_EXCLUDES = (
    ".git/",
    ".hg/",
    ".svn/",
    ".jj/",
    "node_modules/",
    "bower_components/",
    ".venv/",
    "venv/",
    "site-packages/",
    "__pycache__/",
    ".tox/",
    ".nox/",
    ".eggs/",
    ".mypy_cache/",
    ".pytest_cache/",
    ".ruff_cache/",
    ".next/",
    ".nuxt/",
    ".output/",
    ".svelte-kit/",
    ".turbo/",
    ".vercel/",
    ".netlify/",
    ".yarn/",
    ".pnpm-store/",
    "dist/",
    "build/",
    "coverage/",
    "generated/",
    "__generated__/",
    ".cache/",
    "*.min.js",
    "*.d.ts",
    "*.d.mts",
    "*.d.cts",
    "*.generated.ts",
    "*.gen.ts",
    "*_pb2.py",
)

#: folders whose files are taken for tests
TEST_FOLDERS = frozenset({"__tests__", "__mocks__", "tests"})
_TEST_FILE = compiled(r"(?:.*\.(?:test|spec)\.\w+|test_.*\.py|.*_test\.py|conftest\.py)\Z")


def is_test(path: str) -> bool:
    """Whether a path, relative to where a walk starts, is that of a test file or inside a folder of tests."""
    *folders, name = path.replace(os.sep, "/").split("/")
    return bool(_TEST_FILE.match(name)) or not TEST_FOLDERS.isdisjoint(folders)


class Skipped(Struct, frozen=True):
    """A source, or a folder with all that is in it, that a walk passed by.

    Attributes:
        rules: The ignore files that hold there.
        tests: Whether tests were taken there.
        named: The file that was named, where `path` is a folder that it is in.
    """

    path: str
    is_folder: bool
    rules: tuple[IgnoreRules, ...]
    tests: bool
    named: str = ""


#: a folder to be entered: its path, the ignore rules above it, whether tests are taken, whether it was named
_Folder = tuple[str, tuple[IgnoreRules, ...], bool, bool]


class Walk:
    """Collects paths of sources; each folder is entered once.

    Attributes:
        files: What was found so far.
        skipped: What was passed by.
        unreadable: Folders that could not be entered, with the reason.
    """

    def __init__(self, root: str, excluded: IgnoreRules) -> None:
        self.files: set[str] = set()
        self.skipped: list[Skipped] = []
        self.unreadable: list[tuple[str, str]] = []
        self._root = root + os.sep
        self._excluded = excluded
        self._links: list[str] = []
        self._entered: set[str] = set()
        self._starts: list[_Folder] = []
        self._waiting: list[_Folder] = []
        self._tests = False

    def take_named(self, path: str, tests: bool, *, held: bool) -> None:
        """Take a file that was named; when `held`, only if the patterns leave it in."""
        if not path.endswith(ENDINGS) or path in self.files:
            return
        if not held or not self._is_out(path, tests):
            self.files.add(path)

    def _is_out(self, path: str, tests: bool) -> bool:
        """Whether a file that was named, or a folder that it is in, is left out."""
        top = repository_root(os.path.dirname(path))
        start = top or (self._root.rstrip(os.sep) if path.startswith(self._root) else os.path.dirname(path))
        if not tests and is_test(os.path.relpath(path, start)):
            self.skipped.append(Skipped(path, False, (), tests))
            return True
        here, rules = start, [rules_of_repository(top)] if top else []
        parts = os.path.relpath(path, start).split(os.sep)
        for depth, part in enumerate(parts, start=1):
            rules.append(rules_of_file(os.path.join(here, ".gitignore"), here))
            here = os.path.join(here, part)
            is_folder = depth < len(parts)
            if is_ignored(rules, part, here, is_folder=is_folder) or self._excluded.verdict(part, here, is_folder):
                self.skipped.append(Skipped(here, is_folder, tuple(rules), tests, path))
                return True
        return False

    def take_folder(self, start: str, tests: bool) -> None:
        """Have all sources below a folder that was named taken; one that is itself for tests has its tests taken."""
        below_root = start[len(self._root) :] if start.startswith(self._root) else os.path.basename(start)
        tests = tests or not TEST_FOLDERS.isdisjoint(below_root.split(os.sep))
        self._starts.append((start, rules_above(start, repository_root(start)), tests, True))

    def go_on(self, folders: int) -> bool:
        """Enter so many of the folders that wait to be entered; whether any are left."""
        while folders and (self._waiting or self._starts):
            folder, rules, self._tests, is_start = self._waiting.pop() if self._waiting else self._starts.pop(0)
            if folder not in self._entered:
                folders -= 1
                self._entered.add(folder)
                self._waiting.extend(self._enter(folder, rules, is_start=is_start))
        return bool(self._waiting or self._starts)

    def ended(self) -> tuple[list[str], list[tuple[str, str]]]:
        """Walk to the end: the files, sorted, and what could not be entered, with the reason."""
        self.go_on(-1)
        self._take_links()
        return sorted(self.files), self.unreadable

    def _enter(self, folder: str, rules: tuple[IgnoreRules, ...], *, is_start: bool) -> list[_Folder]:
        """Take the files of one folder; return its folders with the rules that hold there."""
        try:
            with os.scandir(folder) as entries:
                found = [(entry, entry.is_dir(follow_symlinks=False)) for entry in entries]
        except OSError as error:
            self.unreadable.append((folder, error.strerror or str(error)))
            return []
        names = {entry.name for entry, _ in found}
        if ".git" in names and not is_start:
            rules = tuple(filter(None, (rules_of_repository(folder),)))
        if ".gitignore" in names:
            rules = (*rules, *filter(None, (rules_of_file(os.path.join(folder, ".gitignore"), folder),)))
        below: list[_Folder] = []
        for entry, is_folder in found:
            if is_folder:
                if self._skips_folder(entry, rules):
                    self.skipped.append(Skipped(entry.path, True, rules, self._tests))
                else:
                    below.append((entry.path, rules, self._tests, False))
            elif entry.name.endswith(ENDINGS):
                if self._skips_file(entry, rules):
                    self.skipped.append(Skipped(entry.path, False, rules, self._tests))
                elif entry.is_symlink():
                    self._links.append(entry.path)
                elif entry.is_file(follow_symlinks=False):
                    self.files.add(entry.path)
        return below

    def _skips_folder(self, entry: os.DirEntry[str], rules: tuple[IgnoreRules, ...]) -> bool:
        if not self._tests and entry.name in TEST_FOLDERS:
            return True
        return bool(self._excluded.verdict(entry.name, entry.path, True)) or is_ignored(
            rules, entry.name, entry.path, is_folder=True
        )

    def _skips_file(self, entry: os.DirEntry[str], rules: tuple[IgnoreRules, ...]) -> bool:
        if not self._tests and _TEST_FILE.match(entry.name):
            return True
        if self._excluded.verdict(entry.name, entry.path, False):
            return True
        return is_ignored(rules, entry.name, entry.path, is_folder=False)

    def _take_links(self) -> None:
        """Take the links to files that were not taken under their own names, each file once."""
        taken = set(self.files)
        for link in sorted(self._links):
            target = os.path.realpath(link)
            if target not in taken and os.path.isfile(target):
                taken.add(target)
                self.files.add(link)
