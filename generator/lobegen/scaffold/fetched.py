"""A template's older and newer versions as plain folders, from one clone of its repository."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.errors import LobegenError
from lobegen.git import GitError, git
from lobegen.scaffold.source import Template
from lobegen.scaffold.versions import git_url


@dataclass(slots=True)
class Fetched:
    """Clones each repository once and checks each version out once, below `folder`."""

    folder: Path
    _clones: dict[str, Path] = field(default_factory=dict)
    _templates: dict[tuple[str, str], Template] = field(default_factory=dict)

    def template(self, src_path: str, version: str) -> Template:
        """The template as it was at `version`: a tag, a branch, a commit, or what `git describe` prints.

        Raises:
            LobegenError: The repository cannot be read or does not have that version.
        """
        if (src_path, version) not in self._templates:
            root = self.folder / f"version-{len(self._templates)}"
            try:
                git(self._clone(src_path), "worktree", "add", "-q", "--detach", "--", str(root), version)
            except GitError:
                raise LobegenError(f"the template {src_path} has no version {version}.") from None
            # without it the folder is no repository: Copier renders it as it is
            (root / ".git").unlink()
            self._templates[src_path, version] = Template(root, src_path, version)
        return self._templates[src_path, version]

    def _clone(self, src_path: str) -> Path:
        if src_path not in self._clones:
            clone = self.folder / f"clone-{len(self._clones)}.git"
            try:
                git(self.folder, "clone", "-q", "--bare", "--", git_url(src_path), str(clone))
            except GitError as error:
                raise LobegenError(f"the template {src_path} cannot be read: {error.message}") from None
            self._clones[src_path] = clone
        return self._clones[src_path]


@contextmanager
def fetching() -> Iterator[Fetched]:
    """Templates of any version, until the block ends."""
    with TemporaryDirectory(prefix="lobegen-versions-", ignore_cleanup_errors=True) as folder:
        yield Fetched(Path(folder))
