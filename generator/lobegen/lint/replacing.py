"""Writes one file that is not there in part at any moment."""

import os
import stat
from pathlib import Path


def replace_file(file: Path, content: bytes) -> None:
    """Put a content in the place of what a file holds, or make the file.

    A link is followed, permissions are kept, and what is no file (a device, a pipe, an open stream) is written to.

    Raises:
        OSError: It cannot be written; what was there before is still there.
    """
    if os.path.abspath(file).startswith(("/dev/", "/proc/")) or (file.exists() and not file.is_file()):
        file.write_bytes(content)
        return
    target = Path(os.path.realpath(file))
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        if target.exists():
            beside.chmod(stat.S_IMODE(target.stat().st_mode))
        os.replace(beside, target)
    finally:
        beside.unlink(missing_ok=True)
