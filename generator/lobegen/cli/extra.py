"""What the commands with a local QStash share: the packages of the extra `qstash`, and faults."""

from importlib import import_module
from typing import TYPE_CHECKING

from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.qstash.faults import Faults


def require_extra() -> None:
    """Say what to install when a package is missing.

    Raises:
        LobegenError: One cannot be imported.
    """
    for name in ("cronsim", "fastapi", "uvicorn"):
        try:
            import_module(name)
        except ImportError:
            raise LobegenError(
                f"the local QStash needs the package {name}.", "Install it with: pip install 'lobegen[qstash]'"
            ) from None


def read_faults(asked: list[str], seed: int | None) -> "Faults":
    """The faults that were asked for by `--fault` and `--seed`.

    Raises:
        LobegenError: One cannot be read, or a seed stands alone.
    """
    from lobegen.qstash.faults import parse_faults

    if seed is not None and not asked:
        raise LobegenError("--seed chooses where faults happen, and there are none.", "Give a --fault too.")
    try:
        return parse_faults(asked, seed or 0)
    except ValueError as error:
        raise LobegenError(f"--fault {error}.") from None
