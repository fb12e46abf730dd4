"""What commands with optional packages share: that they are installed; for the local QStash also faults and plans."""

from importlib import import_module
from typing import TYPE_CHECKING

from lobegen.errors import LobegenError

if TYPE_CHECKING:
    from lobegen.qstash.faults.kinds import Faults
    from lobegen.qstash.publishing.plans import Plan


#: extra -> what needs it, and the packages by which it is known to be there
_EXTRAS = {
    "qstash": ("the local QStash", ("cronsim", "fastapi", "uvicorn")),
    "server": ("the language server", ("lsprotocol", "pygls")),
}


def require_extra(extra: str) -> None:
    """Say what to install when a package of an extra is missing.

    Raises:
        LobegenError: One cannot be imported.
    """
    what, packages = _EXTRAS[extra]
    for name in packages:
        try:
            import_module(name)
        except ImportError:
            raise LobegenError(
                f"{what} needs the package {name}.", f"Install it with: pip install 'lobegen[{extra}]'"
            ) from None


def read_faults(asked: list[str], seed: int | None) -> "Faults":
    """The faults that were asked for by `--fault` and `--seed`.

    Raises:
        LobegenError: One cannot be read, or a seed stands alone.
    """
    from lobegen.qstash.faults.kinds import parse_faults

    if seed is not None and not asked:
        raise LobegenError("--seed chooses where faults happen, and there are none.", "Give a --fault too.")
    try:
        return parse_faults(asked, seed or 0)
    except ValueError as error:
        raise LobegenError(f"--fault {error}.") from None


def read_plan(name: str | None) -> "Plan | None":
    """The plan that was asked for by `--plan`; None for no limits.

    Raises:
        LobegenError: There is none of that name.
    """
    from lobegen.qstash.publishing.plans import PLANS

    if name is not None and name not in PLANS:
        raise LobegenError(f"--plan {name}: it is none of {', '.join(PLANS)}.")
    return PLANS[name] if name else None
