"""`lobegen server`: the language server, for editors."""

from typing import Annotated

import typer

from lobegen.cli.extra import require_extra


def server(
    stdio: Annotated[
        bool, typer.Option("--stdio", hidden=True, help="What is done anyway: some clients always give it.")
    ] = False,
) -> None:
    """Serve an editor: findings while you type, and fixes.

    It speaks the Language Server Protocol over standard input and output.
    docs/editors.md says how to wire VS Code, Neovim and Zed.
    """
    require_extra("server")
    from lobegen.server import serve_stdio

    serve_stdio()
