"""The command line: one module per command, imported only when that command is asked for."""

import gc
import os
import sys
from contextlib import suppress

from lobegen.cli.streams import lose_output, secure_streams
from lobegen.errors import LobegenError

#: 128 and the number of SIGHUP, SIGINT or SIGTERM
_STOPPED = (129, 130, 143)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line; always ends in SystemExit with 0 (clean), 1 (findings) or 2 (bad input)."""
    secure_streams()
    try:
        code = _run(sys.argv[1:] if arguments is None else arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        lose_output()
        code = 0
    except (LobegenError, OSError) as error:
        print(f"lobegen: error: {_said(error)}", file=sys.stderr)
        raise SystemExit(2) from None
    except KeyboardInterrupt:
        code = 130
    if code in _STOPPED:
        print("lobegen: stopped.", file=sys.stderr)
    if arguments is None and sys.argv[1:2] == ["lint"]:
        _leave(code)
    raise SystemExit(code)


def _said(error: LobegenError | OSError) -> str:
    """An `OSError` that nobody expected is of the place where the command runs: a full disk, a folder that is gone."""
    if isinstance(error, LobegenError):
        return str(error)
    try:
        os.getcwd()
    except OSError:
        return "the current folder is gone, or cannot be looked into."
    return f"{error.filename}: {error.strerror}." if error.filename else f"{error.strerror or error}."


def _leave(code: int) -> None:
    """End at once, where there is nothing but memory to be tidied up: that takes a fiftieth of a run."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run(arguments: list[str]) -> int:
    if arguments[:1] == ["lint"]:
        from lobegen.cli.remembering import remembered

        return remembered(arguments, lambda: _lint(arguments))
    from lobegen.cli.application import run_application

    return run_application(arguments)


def _lint(arguments: list[str]) -> int:
    # a run makes few cycles and ends soon: looking for them takes a tenth of its time
    gc.set_threshold(1_000_000, 100, 100)
    _import_msgspec()
    from lobegen.cli.linting import run_lint
    from lobegen.cli.plain import read_plainly

    options = read_plainly(arguments[1:], run_lint)
    if options is not None:
        return run_lint(**options)  # type: ignore[arg-type]
    from lobegen.cli.application import run_application

    return run_application(arguments)


def _import_msgspec() -> None:
    """Import msgspec without `typing_extensions`, which takes as long as all rules and which it can do without."""
    if "typing_extensions" in sys.modules:
        return
    sys.modules["typing_extensions"] = None  # type: ignore[assignment]
    try:
        import msgspec  # noqa: F401
    finally:
        del sys.modules["typing_extensions"]
