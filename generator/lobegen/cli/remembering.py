"""Runs that need not be done again: what `lobegen lint` printed, as long as nothing that it looked at has changed.

An entry is one command line in one folder. It holds all that the run asked of the file system (`read/observing.py`): a
file that was read must have the same content; one that was only searched for the SDKs' names must still hold none of
them, whatever else changed in it; folders must hold the same names. Equal times, sizes and inodes stand for equality,
as in git's index, and nothing is kept of a run during which, or right before which, something was changed.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from lobegen import __version__
from lobegen.cli.entries import made, prepare, read_entry, write_entry
from lobegen.cli.outputs import printed, put_bytes
from lobegen.cli.stamps import Stamps
from lobegen.read.observing import observing

#: where entries are kept; empty for nowhere
FOLDER = "LOBEGEN_CACHE_DIR"
#: what else the outcome hangs on
ENVIRONMENT = ("HOME", "NO_COLOR", "FORCE_COLOR", "TERM", "GITHUB_WORKSPACE", "CI_PROJECT_DIR")
#: options of runs that do nothing but print; all others are done anew
_OPTIONS = frozenset(
    ("--select", "--extend-select", "--ignore", "--fail-on", "--exit-zero", "--format", "--statistics", "--config",
     "--show-suppressed", "--include-tests", "--exclude-tests", "--force-exclude", "--baseline", "--cache-dir")
)  # fmt: skip
#: seconds in which two changes of a file can bear the same time
_TICK = 0.05
#: packages whose files decide too
_PROGRAM = frozenset({"lobegen", "libcst", "tree_sitter", "tree_sitter_typescript", "msgspec", "pathspec"})


def remembered(arguments: Sequence[str], run: Callable[[], int]) -> int:
    """Print what a run with these arguments printed before, if all is as it was then; else run, and remember it.

    Args:
        arguments: Those of the command line.
        run: Does the work, prints, and gives the exit code.
    """
    folder = _folder(arguments)
    if folder is None or not prepare(folder):
        return run()
    variables = [os.environ.get(name) for name in ENVIRONMENT]
    python = (sys.version, sys.platform, sys.getfilesystemencoding())
    key = repr((__version__, python, os.getcwd(), variables, sys.stdout.isatty(), *arguments))
    entry = read_entry(folder, key)
    if entry is not None and entry.holds():
        put_bytes(entry.output)
        return entry.code
    before = time.time() - _TICK
    stamps = Stamps()
    with observing() as seen, printed() as output:
        seen.when_searched = lambda assistant: stamps.expect([*seen.searched, *seen.listed], seen.read, assistant)
        code = run()
    if output.anything and not output.aside:
        seen.forget(str(folder))
        new = made(key, code, bytes(output.content), seen, stamps, _program(), before)
        if new is not None:
            write_entry(folder, new)
    return code


def _folder(arguments: Sequence[str]) -> Path | None:
    """Where the entries of a command line are kept; None when it is to be run anew each time."""
    options = [each.partition("=")[0] for each in arguments[1:] if each.startswith("-")]
    if not _OPTIONS.issuperset(options):
        return None
    named = os.environ.get(FOLDER)
    for place, each in enumerate(arguments):
        option, equals, value = each.partition("=")
        if option == "--cache-dir":
            named = value if equals else next(iter(arguments[place + 1 :]), "")
    if named is None:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        named = os.path.join(base, "lobegen") if os.path.isabs(base) else ""
    return Path(os.path.abspath(named)) if named else None


def _program() -> Iterator[str]:
    """The files of the modules that made the outcome."""
    for name, module in list(sys.modules.items()):
        if name.partition(".")[0] in _PROGRAM and getattr(module, "__file__", None):
            yield str(module.__file__)
