"""Which files there are: those on disk, but for those that a tree adds or takes away."""

import os

from msgspec import Struct


class Presence(Struct, frozen=True):
    """Answers as the file system does, with some files more and others less.

    Attributes:
        added: Absolute paths of files that count as there.
        removed: Of files that count as not there.
    """

    added: frozenset[str] = frozenset()
    removed: frozenset[str] = frozenset()

    def is_file(self, path: str | os.PathLike[str]) -> bool:
        """Whether a file is there."""
        text = os.fspath(path)
        return text in self.added or (text not in self.removed and os.path.isfile(text))

    def listed(self, folder: str) -> tuple[frozenset[str], frozenset[str]]:
        """The names of the files and of the folders in a folder; nothing where there is none."""
        try:
            with os.scandir(folder) as entries:
                pairs = [(entry.name, entry.is_dir()) for entry in entries]
        except OSError:
            pairs = []
        inside = folder.rstrip(os.sep) + os.sep
        added = [path[len(inside) :] for path in self.added if path.startswith(inside)]
        files = {name for name, is_folder in pairs if not is_folder and inside + name not in self.removed}
        files |= {name for name in added if os.sep not in name}
        folders = {name for name, is_folder in pairs if is_folder}
        folders |= {name.split(os.sep)[0] for name in added if os.sep in name}
        return frozenset(files), frozenset(folders)


#: the disk as it is
ON_DISK = Presence()
