"""Paths as services that keep the code want them: from the root of the checkout, not from where a job works."""

import os

GITHUB = "GITHUB_WORKSPACE"
GITLAB = "CI_PROJECT_DIR"


def from_checkout(path: str, variable: str) -> str:
    """A path from the root of the checkout that an environment variable names; as it is where there is none."""
    root = os.environ.get(variable)
    if not root:
        return path
    relative = os.path.relpath(path, root)
    return path if relative.startswith("..") else relative.replace(os.sep, "/")
