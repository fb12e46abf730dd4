"""How a project's application is served and its workflow is started: with the project's own Python or Node."""

import os
import re
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.running.project import Runnable
from lobegen.scaffold.questions import nearest


@dataclass(frozen=True, slots=True)
class Commands:
    """What is executed in the project's folder.

    Attributes:
        prepare: Comes first and must end well; nothing when there is nothing to prepare.
        serve: The application.
        start: The workflow's start command, without options.
        missing: What to do when packages are missing.
    """

    prepare: tuple[str, ...]
    serve: tuple[str, ...]
    start: tuple[str, ...]
    missing: str


def commands_of(runnable: Runnable, port: int, *, serve: str = "", production: bool = False) -> Commands:
    """The commands for a project.

    Args:
        runnable: The workflow.
        port: Where the application is to listen, on 127.0.0.1.
        serve: A command of the user's own; `{port}` in it is replaced.
        production: Next.js only: build the application and serve the build.

    Raises:
        LobegenError: A program or file that is needed is not there, or an option does not fit the target.
    """
    if production and (runnable.answer("target") != "nextjs" or serve):
        raise LobegenError("--production builds a Next.js application.", "Leave it out, or leave out --serve.")
    own = _split(serve, port)
    return (
        _nextjs(runnable, port, own, production)
        if runnable.answer("target") == "nextjs"
        else _fastapi(runnable, port, own)
    )


def _split(serve: str, port: int) -> tuple[str, ...]:
    try:
        return tuple(word.replace("{port}", str(port)) for word in shlex.split(serve))
    except ValueError as error:
        raise LobegenError(f"--serve {serve!r}: {str(error).lower()}.") from None


def _fastapi(runnable: Runnable, port: int, own: tuple[str, ...]) -> Commands:
    python, package = str(_python(runnable.root)), runnable.answer("package")
    uvicorn = (python, "-m", "uvicorn", f"{package}.main:app", "--host", "127.0.0.1", "--port", str(port))
    quiet = ("--no-access-log", "--timeout-graceful-shutdown", "2")
    return Commands(
        prepare=(),
        serve=own or (*uvicorn, *quiet),
        start=(python, "-m", f"{package}.workflows.start", runnable.workflow),
        missing="Install what pyproject.toml names: pip install -e . --group dev",
    )


def _python(root: Path) -> Path:
    """The project's own environment, else the active one, else the one that lobegen runs in."""
    folders = [root / ".venv", root / "venv", *map(Path, filter(None, [os.environ.get("VIRTUAL_ENV")]))]
    tails = ("bin/python", "Scripts/python.exe")
    found = (folder / tail for folder in folders for tail in tails)
    return next((path for path in found if path.exists()), Path(sys.executable))


def _nextjs(runnable: Runnable, port: int, own: tuple[str, ...], production: bool) -> Commands:
    root = runnable.root
    script = f"{runnable.answer('server_dir')}/{_camel(runnable.workflow)}/start.ts"
    if not (root / script).is_file():
        raise LobegenError(f"{root / script} does not exist.", "It starts the workflow: restore it from git.")
    at = ("--hostname", "127.0.0.1", "--port", str(port))
    next_ = () if own else (_tool(root, "next"),)
    return Commands(
        prepare=(*next_, "build") if production else (),
        serve=own or (*next_, "start" if production else "dev", *at),
        start=(_tool(root, "tsx"), script),
        missing="Install the packages: npm install",
    )


def _camel(kebab: str) -> str:
    first, *rest = kebab.split("-")
    return first + "".join(map(str.capitalize, rest))


def _tool(root: Path, name: str) -> str:
    """A program of the project's packages, or of those of a folder above, as Node resolves them."""
    for folder in (root, *root.parents):
        path = folder / "node_modules" / ".bin" / name
        if path.exists():
            return str(path)
    raise LobegenError(f"{name} is not installed in {root}.", "Install the packages: npm install")


def switches(runnable: Runnable, asked: Sequence[str], *, dry_run: bool, force: bool) -> tuple[str, ...]:
    """The options of the start command.

    Args:
        runnable: The workflow.
        asked: Names of flags in any case: `paidOnly`, `paid-only`, `paid_only`.
        dry_run: Count only.
        force: Process again what is done.

    Raises:
        LobegenError: The workflow has no such flag.
    """
    known = {_plain(flag): _kebab(flag) for flag in runnable.flags}
    found = []
    for flag in asked:
        if _plain(flag) not in known:
            hint = nearest(flag, runnable.flags) or f"It has: {', '.join(runnable.flags) or 'none'}."
            raise LobegenError(f"{runnable.workflow} has no flag {flag}.", hint)
        found.append(f"--{known[_plain(flag)]}")
    return (*found, *["--dry-run"] * dry_run, *["--force"] * force)


def _plain(flag: str) -> str:
    return flag.replace("-", "").replace("_", "").lower()


def _kebab(flag: str) -> str:
    """`paidOnly` as the start commands spell it: by the words of template/names.jinja."""
    words = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", flag))
    return "-".join(words.lower().replace("_", " ").split())
