"""What git knows of a repository: where a branch forked off, which files changed since, what they held then."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from msgspec import Struct

from lobegen.errors import LobegenError
from lobegen.git import GitError, git, paths, text
from lobegen.read.repository import repository_root

_SHALLOW = "This clone is shallow: fetch more of its history (`git fetch --unshallow`, `fetch-depth: 0`)."
_AT_ONCE = 500


class Repository(Struct, frozen=True):
    """One repository.

    Attributes:
        root: Its work tree, as an absolute path.
    """

    root: Path

    def base(self, revision: str) -> str:
        """The commit at which the work forked off a revision: their merge base, as `git diff REVISION...` takes it.

        Raises:
            LobegenError: There is no such revision, or nothing that it has in common with HEAD.
        """
        commit = self._asked("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
        if commit is None:
            raise LobegenError(f'--since: there is no revision "{revision}" in this repository.', self._shallow())
        base = self._asked("merge-base", commit, "HEAD")
        if base is None:
            raise LobegenError(f"--since: {revision} and HEAD have no common ancestor.", self._shallow())
        return base

    def _asked(self, *arguments: str) -> str | None:
        try:
            return text(self.root, *arguments) or None
        except GitError:
            return None

    def _shallow(self) -> str:
        return _SHALLOW if self._asked("rev-parse", "--is-shallow-repository") == "true" else ""

    def changed(self, commit: str | None) -> Iterator[str]:
        """The absolute paths of the files that differ from a commit (None: from nothing), untracked ones too."""
        found = paths(self.root, "ls-files", "--others", "--exclude-standard", "-z")
        if commit is None:
            found += paths(self.root, "ls-files", "-z")
        else:
            found += paths(self.root, "diff", "--name-only", "--no-renames", "--no-ext-diff", "-z", commit, "--")
        return (os.path.join(self.root, path) for path in found)

    def head(self) -> str | None:
        """The last commit; None before the first."""
        return self._asked("rev-parse", "--verify", "--quiet", "HEAD")

    def contents(self, commit: str, files: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """What a commit has in files, by absolute path; those that it has not are left out."""
        wanted = [path for path in files if "\n" not in path]
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            asked = "".join(f"{commit}:{path[len(str(self.root)) + 1 :]}\n" for path in some)
            answer = git(self.root, "cat-file", "--batch", stdin=os.fsencode(asked))
            at = 0
            for path in some:
                line = answer[at : answer.index(b"\n", at)]
                at += len(line) + 1
                if not line.endswith(b" missing"):
                    size = int(line.rsplit(b" ", 1)[1])
                    yield path, answer[at : at + size]
                    at += size + 1


def repositories_of(named: Iterable[Path], option: str) -> list[Repository]:
    """The repositories of files and folders.

    Raises:
        LobegenError: One of them is in none, or git does not read it.
    """
    found: dict[str, Repository] = {}
    for path in named:
        root = repository_root(str(path if path.is_dir() else path.parent))
        if root is None:
            raise LobegenError(f"{option}: {path} is in no git repository.")
        found[root] = Repository(Path(root))
        git(Path(root), "rev-parse", "--git-dir")  # fails for a repository of somebody else, for instance
    return list(found.values())
