"""`lobegen run`: one command from a scaffold to a finished run."""

import json
import os
import shlex
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lobegen.cli.extra import read_faults, require_extra
from lobegen.cli.run_progress import RunProgress
from lobegen.cli.terminal import say
from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.running.outcome import Outcome
    from lobegen.running.project import Runnable
    from lobegen.running.session import Session, Setup

_MOST_ITEMS = 100_000


def run(
    workflow: Annotated[
        str | None, typer.Argument(help="The workflow's name; may be left out when there is one only.")
    ] = None,
    project: Annotated[
        Path | None, typer.Option(help="The project's folder; the nearest one from here when not given.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Count only: layer 1 starts nothing.")] = False,
    items: Annotated[
        int | None, typer.Option(help="Work on a fresh embedded database with so many demo items.", metavar="N")
    ] = None,
    flag: Annotated[list[str] | None, typer.Option(help="A flag of the payload, such as paidOnly; repeatable.")] = None,
    force: Annotated[bool, typer.Option("--force", help="Process again what is done already.")] = False,
    speed: Annotated[
        float | None, typer.Option(help="Run QStash's clock so many times as fast instead of skipping all waiting.")
    ] = None,
    production: Annotated[bool, typer.Option("--production", help="nextjs: build the app, serve the build.")] = False,
    serve: Annotated[
        str, typer.Option(help="Your own command for the app; {port} in it is replaced.", metavar="COMMAND")
    ] = "",
    allow_remote: Annotated[
        bool, typer.Option("--allow-remote", help="Also call destinations that are not on this machine.")
    ] = False,
    fault: Annotated[
        list[str] | None, typer.Option(help="Let something go wrong, as `lobegen dev` does.", metavar="KIND[=RATE]")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Which deliveries faults happen to; 0 when not given.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave QStash and app running until Ctrl-C.")] = False,
    log: Annotated[Path | None, typer.Option(help="Add what the app prints to this file.", metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Run a workflow from start to finish on this machine.

    It starts a local QStash and the app, triggers the workflow, and ends with a table of what it did.

    The app runs with the project's own Python or Node and with its own environment. --items works on a fresh
    embedded database, and leaves DATABASE_URL and REDIS_URL aside. All waiting is skipped unless --speed is given.

    Exit codes: 0 all items done, 1 something failed, 2 wrong input or the app does not start.
    """
    require_extra("qstash")
    _check(items, speed, log)
    read_faults(fault or [], seed)
    from lobegen.running.application import ProgramError
    from lobegen.running.commands import switches
    from lobegen.running.project import find_runnable
    from lobegen.running.session import Setup, opened
    from lobegen.running.signals import Interrupted, Interruptions

    runnable = find_runnable(project, workflow)
    options = switches(runnable, flag or [], dry_run=dry_run, force=force)
    setup = Setup(items, speed, serve, production, allow_remote, tuple(fault or ()), seed or 0)
    try:
        with Interruptions() as interruptions, opened(runnable, setup, log, interruptions, _announce) as session:
            _introduce(runnable, session, setup)
            outcome = _finish(session, options)
            _show(outcome, as_json, _unexpected(outcome, items, flag))
            if keep:
                _stay(session)
    except ProgramError as error:
        for line in error.last_lines:
            say(f"  | {line}")
        raise
    except Interrupted as signal:
        raise typer.Exit(128 + signal.number) from None
    raise typer.Exit(0 if outcome.ok else 1)


def _check(items: int | None, speed: float | None, log: Path | None) -> None:
    if items is not None and not 0 <= items <= _MOST_ITEMS:
        raise LobegenError(f"--items {items}: it must be from 0 to {_MOST_ITEMS:,}.")
    if speed is not None and not 0 < speed <= 100_000:
        raise LobegenError(f"--speed {speed:g}: it must be more than 0 and at most 100000.")
    if log is not None:
        try:
            log.open("ab").close()
        except OSError as error:
            raise LobegenError(f"--log {log}: {(error.strerror or str(error)).lower()}.") from None


def _announce(command: Sequence[str]) -> None:
    say(f"Starting {shlex.join(command)}")


def _introduce(runnable: "Runnable", session: "Session", setup: "Setup") -> None:
    from lobegen.running.environment import OWN_DATA

    say(f"{runnable.workflow} on a local QStash, whose page is {session.qstash_url}")
    own = [name for name in OWN_DATA if os.environ.get(name)]
    if setup.items is None and own:
        say(f"It works on your own data: {' and '.join(own)} as they are set")
    elif setup.items is not None:
        note = f"; {' and '.join(own)} left aside" if own else ""
        say(f"{setup.items:,} demo item{'' if setup.items == 1 else 's'} in a fresh embedded database{note}")


def _finish(session: "Session", options: tuple[str, ...]) -> "Outcome":
    progress = RunProgress()
    try:
        return session.run(options, progress.show)
    finally:
        progress.close()


def _show(outcome: "Outcome", as_json: bool, warning: str) -> None:
    from lobegen.cli.run_table import lines_of

    if as_json:
        print(json.dumps(outcome.data(), indent=2, ensure_ascii=False), flush=True)
    else:
        print("\n" + "\n".join(lines_of(outcome)), flush=True)
    if warning:
        say(f"lobegen: warning: {warning}")


def _unexpected(outcome: "Outcome", items: int | None, flags: list[str] | None) -> str:
    """Whether the workflow found other items than the demo's."""
    found = outcome.statistics.get("totalEligible", items)
    if items is None or flags or found == items:
        return ""
    return f"{items:,} demo items were made, but layer 1 counted {found}: its logic reads something else."


def _stay(session: "Session") -> None:
    from lobegen.running.signals import Interrupted

    with suppress(Interrupted):
        say(f"The page {session.qstash_url} and the app stay until Ctrl-C.")
        session.application.wait()
