"""How an option is declared to Typer."""

import typer


def option(flag: str, help: str, metavar: str | None = None) -> typer.models.OptionInfo:
    """An option whose default is not shown: the help says what holds without it.

    Args:
        metavar: What stands for its value in the help; None for a switch.
    """
    declared: typer.models.OptionInfo = typer.Option(flag, help=help, metavar=metavar, show_default=False)
    return declared
