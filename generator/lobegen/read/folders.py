"""Folders: what stands in one, and which ones are around it."""

import os


def names_in(folder: str) -> frozenset[str]:
    """What stands in a folder; nothing where there is none that can be read."""
    try:
        return frozenset(os.listdir(folder))
    except OSError:
        return frozenset()


def upwards(root: str, folder: str) -> list[str]:
    """A folder and those around it, innermost first, up to a root; nothing where it is not below; both absolute."""
    found = []
    below = root.rstrip(os.sep) + os.sep
    while folder == root or folder.startswith(below):
        found.append(folder)
        if folder == root:
            break
        folder = os.path.dirname(folder)
    return found
