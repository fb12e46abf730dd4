"""`lobegen migrate`: workflows of SDK 0.2 for TypeScript brought to 1.x."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from lobegen.cli.outputs import put_bytes
from lobegen.cli.progress import SlowProgress
from lobegen.cli.terminal import paint

if TYPE_CHECKING:
    from lobegen.lint.migrating import Left, Migration

_IN_FLIGHT = "Runs in flight go on without what `serve` gave them (flow control, retries): deploy when there are few."


def migrate(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders; the current folder when none is given.", show_default=False),
    ] = None,
    diff: Annotated[bool, typer.Option("--diff", help="Show what would change, and change nothing.")] = False,
) -> None:
    """Bring TypeScript workflows from @upstash/workflow 0.2 to 1.x.

    Moves what serve ignores since 1.0 (flowControl, retries, retryDelay, failureUrl) to the triggers, renames and
    deletes what was removed, imports from @upstash/workflow what came from @upstash/qstash, and asks for the new
    version in package.json. What cannot be done surely is left, and listed with its place and the reason.

    Exit codes: 0 all is done, 1 something is left to do by hand (with --diff: something would change), 2 wrong input.
    """
    from lobegen.lint import LintOptions
    from lobegen.lint.diff import unified_diff
    from lobegen.lint.migrating import migrate_paths
    from lobegen.lint.writing import write_files

    with SlowProgress("Searching files") as progress:
        migration = migrate_paths(paths or [], options=LintOptions(progress=progress.show))
    if diff:
        put_bytes(b"".join(unified_diff(migration.files)))
    else:
        write_files(migration.files)
    out = sys.stderr if diff else sys.stdout
    for line in _lines(migration):
        print(line, file=out)
    raise typer.Exit(int(bool(migration.left or (diff and migration.files))))


def _lines(migration: "Migration") -> Iterator[str]:
    yield from (f"warning: {problem}" for problem in migration.problems)
    if not migration.files and not migration.left:
        yield "Nothing to migrate: no workflow of @upstash/workflow 0.x was found."
        return
    for each in migration.done:
        title = each.fix.title if each.fix is not None else each.message
        yield f"{each.span.path}:{each.span.line}: {title}"
    for package in migration.packages:
        if package.file is not None:
            yield f"{package.file.display}: {package.said}"
    if migration.left:
        yield ""
        yield paint(f"Left to do by hand ({len(migration.left)}):", "bold")
        yield from map(_left, migration.left)
    yield ""
    commands = sorted({package.command for package in migration.packages if package.file is not None})
    yield from (f"Now run `{command}`, and the type checker." for command in commands)
    yield _IN_FLIGHT


def _left(left: "Left") -> str:
    why = f" ({left.why})" if left.why else ""
    return f"  {left.span.path}:{left.span.line}:{left.span.column}: {left.what}{why}"
