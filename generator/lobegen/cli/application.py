"""The commands as a Typer application: help, completion, and one line for a wrong option."""

import sys
from importlib import import_module
from typing import NoReturn

import typer

from lobegen import __version__

#: command name -> the module of this package that holds a function of the same name (`list` is `list_`)
COMMANDS = {
    "new": "new",
    "update": "update",
    "lint": "lint",
    "migrate": "migrate",
    "rule": "rule",
    "list": "list_",
    "dev": "dev",
    "run": "run",
    "server": "server",
}


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"lobegen {__version__}")
        raise typer.Exit()


def _root(
    version: bool = typer.Option(
        False, "--version", help="Print the version and end.", callback=_show_version, is_eager=True
    ),
) -> None:
    """Scaffold and check Upstash Workflow code.

    `lobegen new` writes a three-layer workflow, `lobegen lint` finds what fails at run time,
    `lobegen dev` runs workflows on a local QStash without an account, `lobegen run` one from start to finish,
    `lobegen server` lints in your editor.
    """


def build_app(names: list[str]) -> typer.Typer:
    """A Typer application with the named commands only: what is not asked for is not imported."""
    app = typer.Typer(
        name="lobegen", rich_markup_mode=None, pretty_exceptions_enable=False, no_args_is_help=True, help=_root.__doc__
    )
    app.callback()(_root)
    for name in names:
        module = import_module(f"lobegen.cli.{COMMANDS[name]}")
        app.command(name)(getattr(module, COMMANDS[name]))
    return app


def run_application(arguments: list[str]) -> int:
    """Read the arguments and run the command they name.

    Returns:
        The exit code; None and 0 are the same; 130 when the user stopped it.

    Raises:
        SystemExit: A wrong option or argument: one line on standard error, code 2.
        LobegenError: Wrong input.
    """
    asked = next((word for word in arguments if not word.startswith("-")), None)
    names = [asked] if asked in COMMANDS else list(COMMANDS)
    try:
        return build_app(names)(arguments, prog_name="lobegen", standalone_mode=False) or 0
    except typer.TyperException as error:
        _refuse(error, asked if asked in COMMANDS else "")
    except typer.Abort:
        return 130


def _refuse(error: typer.TyperException, command: str) -> NoReturn:
    """A bad option or argument is one line; no command at all is answered by the help."""
    text = error.format_message()
    if "\n" in text:
        print(text, file=sys.stderr)
        raise SystemExit(error.exit_code) from None
    help_ = " ".join(word for word in ("lobegen", command, "--help") if word)
    print(f"lobegen: error: {text.rstrip('.')}. See `{help_}`.", file=sys.stderr)
    raise SystemExit(2) from None
