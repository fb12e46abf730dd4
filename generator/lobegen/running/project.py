"""Which workflow of which project is to be run, and where its layers are served."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lobegen.errors import LobegenError
from lobegen.lint import read_paths
from lobegen.model.project import Layer
from lobegen.scaffold.installed import FOLDER, Installed
from lobegen.scaffold.project import workflows_of
from lobegen.scaffold.questions import nearest


@dataclass(frozen=True, slots=True)
class Runnable:
    """A workflow that lobegen made, ready to be run.

    Attributes:
        root: The project's folder, absolute.
        workflow: Its name in kebab-case.
        answers: What was answered when it was made.
        routes: The URL path of each layer.
    """

    root: Path
    workflow: str
    answers: Mapping[str, object]
    routes: Mapping[Layer, str]

    def answer(self, name: str) -> str:
        """An answer as text; empty when it was never asked."""
        return str(self.answers.get(name, ""))

    @property
    def flags(self) -> tuple[str, ...]:
        """The names of its payload's flags, as they were answered."""
        named = self.answers.get("flags")
        return tuple(map(str, named)) if isinstance(named, list) else ()


def find_runnable(project: Path | None, name: str | None) -> Runnable:
    """The workflow to run.

    Args:
        project: Its project's folder; None for the current one, or the nearest one above.
        name: None when the project has one workflow only.

    Raises:
        LobegenError: There is no such project or workflow, or its layers cannot be found.
    """
    root = (project or _nearest_project()).absolute()
    chosen = _chosen(workflows_of(root), name)
    if chosen.answers.get("placement") == "cloud":
        hint = "Run it in the lobehub submodule."
        raise LobegenError(f"{chosen.workflow} only re-exports its routes here.", hint)
    return Runnable(root, chosen.workflow, chosen.answers, _routes(root, chosen.workflow))


def _nearest_project() -> Path:
    here = Path.cwd()
    return next((folder for folder in (here, *here.parents) if any((folder / FOLDER).glob("lobegen-*.yml"))), here)


def _chosen(installed: Sequence[Installed], name: str | None) -> Installed:
    names = [each.workflow for each in installed]
    if name is None and len(installed) == 1:
        return installed[0]
    if name is None:
        raise LobegenError("which workflow?", f"Name one of: {', '.join(names)}.")
    if name not in names:
        hint = nearest(name, names) or f"It has: {', '.join(names)}."
        raise LobegenError(f"the project has no workflow {name}.", hint)
    return installed[names.index(name)]


def _routes(root: Path, workflow: str) -> dict[Layer, str]:
    """The routes as they are in the code now, not as they were generated."""
    found = [each for each in read_paths([root]).project.workflows if each.name == workflow and each.layers]
    routes = {layer: end.route for each in found for layer, end in each.layers.items() if end.route}
    missing = [layer for layer in Layer if layer not in routes]
    if missing:
        raise LobegenError(
            f"{workflow}: no route found for its layer {missing[0]}.", "See what `lobegen list` finds of it."
        )
    return routes
