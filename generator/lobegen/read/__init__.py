"""Source to model: discovery, the two front ends, imports, SDK versions."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lobegen.model.project import Project
    from lobegen.read.discovery import SourceTree
    from lobegen.read.options import ReadOptions

__all__ = ["read_project"]


def read_project(tree: "SourceTree", options: "ReadOptions | None" = None) -> "Project":
    """Read all workflow code of a tree; see `lobegen.read.project`."""
    from lobegen.read.project import read_project as read

    return read(tree, options)
