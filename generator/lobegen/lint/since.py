"""What a run is confined to and compared with: the files that changed, and the routes as they were in a revision."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct, field

from lobegen.config import Settings
from lobegen.lint.options import LintOptions
from lobegen.lint.revision import Repository, repositories_of
from lobegen.lint.scope import PACKAGE_MARKERS, Scope
from lobegen.model.earlier import Earlier
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps
from lobegen.read import read_project
from lobegen.read.discovery import SourceTree
from lobegen.read.options import ReadOptions
from lobegen.read.walking import ENDINGS


class Past(Struct, frozen=True):
    """The routes as they were, and the files that they were in then, by `Span.path`."""

    earlier: Earlier
    sources: Mapping[str, bytes] = field(default_factory=dict)


class Since(Struct, frozen=True):
    """The change that a run is about.

    Attributes:
        changed: The files that differ, as absolute paths.
        revision: What routes are compared with, as the user names it; empty for nothing.
        bases: For each repository, the commit that this stands for.
    """

    changed: frozenset[str]
    revision: str = ""
    bases: tuple[tuple[Repository, str], ...] = ()

    def past(self, scope: Scope, settings: Settings, project: Project) -> Past | None:
        """The routes of a project as they were; None when nothing is to be compared."""
        before: dict[str, bytes] = {}
        added: set[str] = set()
        for repository, base in self.bases:
            touched = {path for path in repository.changed(base) if path.endswith(ENDINGS)}
            then = dict(repository.contents(base, sorted(touched)))
            before |= then
            added |= touched - then.keys()
        if not before:
            return None
        tree = _tree_before(before, added, scope, settings)
        old = read_project(tree, ReadOptions(settings.sdk, settings.side_effects))
        pairs = tuple(_pairs(_Side(list(project.endpoints), scope.root), _Side(list(old.endpoints), scope.root)))
        places = {span.path for _, was in pairs for step in steps(was.body) for span in (step.span, step.name.span)}
        sources = {f"{self.revision}:{path}": tree.read(Path(tree.path_of(path))) for path in sorted(places)}
        known = {path: content for path, content in sources.items() if content is not None}
        return Past(Earlier(self.revision, pairs), known)


def _tree_before(before: dict[str, bytes], added: set[str], scope: Scope, settings: Settings) -> SourceTree:
    """The sources as they were: those on disk, but for what changed."""
    projects = tuple(f"{path}{os.sep}" for path in (*scope.projects, *scope.named))
    gone = [Path(path) for path in sorted(before) if path.startswith(projects) and not os.path.lexists(path)]
    return SourceTree(
        scope.root,
        (*scope.projects, *(path for path in scope.named if str(path) not in added), *gone),
        excludes=settings.exclude,
        exclude_base=settings.base if settings.file else None,
        include_tests=True,
        force_exclude=True,
        overlay={Path(path): content for path, content in before.items()},
        removed=added,
    )


def since_of(scope: Scope, options: LintOptions) -> Since:
    """What has changed, by `--since` and `--changed`; with both, files are confined by `--changed`.

    Raises:
        LobegenError: A path is in no repository, or a revision cannot be found.
    """
    repositories = repositories_of(scope.named, "--changed" if options.since is None else "--since")
    bases = [(each, each.base(options.since)) for each in repositories] if options.since is not None else []
    against = [(each, each.head()) for each in repositories] if options.changed else bases
    changed = {path for repository, commit in against for path in repository.changed(commit)}
    changed |= {str(path) for path in options.overlay}
    if options.stdin is not None:
        changed.add(str(options.stdin[0]))
    return Since(frozenset(changed), options.since or "", tuple(bases))


class _Side(Struct):
    """The endpoints of one version that have no partner yet.

    Attributes:
        root: Where searches upwards end.
    """

    endpoints: list[Endpoint]
    root: Path

    def by_file(self, endpoint: Endpoint) -> object:
        return endpoint.path, endpoint.route, endpoint.name

    def by_package(self, endpoint: Endpoint) -> object:
        folders = [
            folder for folder in Path(os.path.abspath(endpoint.path)).parents if folder.is_relative_to(self.root)
        ]
        package = next((each for each in folders if any(os.path.exists(f"{each}/{m}") for m in PACKAGE_MARKERS)), "")
        return endpoint.route and (str(package), endpoint.route, endpoint.language)

    def grouped(self, by: str) -> dict[object, list[Endpoint]]:
        """The endpoints by one of the two keys, those without a key left out."""
        groups: dict[object, list[Endpoint]] = {}
        for endpoint in self.endpoints:
            key = self.by_file(endpoint) if by == "file" else self.by_package(endpoint)
            if key:
                groups.setdefault(key, []).append(endpoint)
        return groups


def _pairs(now: _Side, then: _Side) -> Iterator[tuple[Endpoint, Endpoint]]:
    """Endpoints with what they were: the same route of the same file, else the same route of the same package."""
    for by in ("file", "package"):
        ours, theirs = now.grouped(by), then.grouped(by)
        found = [(each[0], theirs[key][0]) for key, each in ours.items() if len(each) == len(theirs.get(key, [])) == 1]
        yield from found
        now.endpoints = [each for each in now.endpoints if all(each is not mine for mine, _ in found)]
        then.endpoints = [each for each in then.endpoints if all(each is not old for _, old in found)]
