"""Where the template is: inside the installed wheel, or in the repository that an editable install points to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copy2, copytree, ignore_patterns
from tempfile import TemporaryDirectory

import lobegen
from lobegen.errors import LobegenError
from lobegen.git import GitError, text

QUESTIONS = "copier.yml"
TEMPLATES = "template"


@dataclass(frozen=True, slots=True)
class Template:
    """A Copier template on this disk and what an answers file has to say about its origin.

    Attributes:
        root: The folder that holds `copier.yml` and `template/`.
        src_path: What `copier update` fetches later: a git URL or the path of a repository.
        commit: The version in git's words: a tag, or what `git describe --tags --always` prints.
    """

    root: Path
    src_path: str
    commit: str

    @property
    def source(self) -> dict[str, str]:
        """The two keys of the answers file that Copier updates from."""
        return {"_src_path": self.src_path, "_commit": self.commit}


def installed_template() -> Template:
    """The template that belongs to this installation of lobegen.

    Raises:
        LobegenError: The installation has none.
    """
    package = Path(lobegen.__file__).resolve().parent
    packaged = package / "_template"
    if (packaged / QUESTIONS).is_file():
        return Template(packaged, repository_url(), f"v{lobegen.__version__}")
    repository = package.parent.parent
    if (repository / QUESTIONS).is_file():
        return checkout(repository)
    raise LobegenError("the template is missing from this installation of lobegen.", "Install lobegen again.")


def checkout(repository: Path) -> Template:
    """The template in a working tree, as it is there now; projects made from it are updated from that repository."""
    try:
        commit = text(repository, "describe", "--tags", "--always")
    except GitError:
        return Template(repository, repository_url(), f"v{lobegen.__version__}")
    return Template(repository, str(repository), commit)


def repository_url() -> str:
    """The git URL of lobegen's own repository, from the metadata of the installed package."""
    from importlib.metadata import metadata

    for entry in metadata("lobegen").get_all("Project-URL") or []:
        label, _, url = str(entry).partition(",")
        if label.strip() == "Repository":
            return url.strip().removesuffix(".git") + ".git"
    raise LobegenError("the metadata of lobegen names no repository.", "Install lobegen again.")


@contextmanager
def plain_folder(template: Template) -> Iterator[Path]:
    """A folder with the template and no git about it.

    Copier clones a git repository and renders its last tag (facts: copier.md 2.5); a plain folder is rendered as it
    is, and three times as fast.
    """
    if not (template.root / ".git").exists():
        yield template.root
        return
    with TemporaryDirectory(prefix="lobegen-template-") as folder:
        copy2(template.root / QUESTIONS, folder)
        copytree(template.root / TEMPLATES, Path(folder, TEMPLATES), ignore=ignore_patterns("__pycache__", "*.pyc"))
        yield Path(folder)
