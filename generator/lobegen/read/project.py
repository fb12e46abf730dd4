"""Reads a tree of sources into a project."""

from collections.abc import Iterable, Iterator
from importlib import import_module

from msgspec.structs import replace

from lobegen.model.actions import Trigger
from lobegen.model.body import Unresolved
from lobegen.model.project import Endpoint, Fault, Marker, Project, SdkImport, TriggerSite
from lobegen.model.routing import Router, path_of
from lobegen.model.sdk import WholeResult
from lobegen.model.source import Span
from lobegen.model.values import Origin
from lobegen.patterns import compiled
from lobegen.read.beside import credentials, example_environments, span_of
from lobegen.read.discovery import SourceFile, SourceTree
from lobegen.read.elaborate import Survey, elaborate_endpoint, survey_helped
from lobegen.read.elaborate.functions import function_of
from lobegen.read.elaborate.run import Run, Served
from lobegen.read.elaborate.scope import ModuleScope
from lobegen.read.elaborate.values import ServedHandler
from lobegen.read.elsewhere import Elsewhere
from lobegen.read.folders import names_in
from lobegen.read.index_files import handed_on, serving_exports
from lobegen.read.modules import Modules
from lobegen.read.needles import MARKER, NEEDLES
from lobegen.read.options import ReadOptions
from lobegen.read.routes import module_name
from lobegen.read.syntax import Assign, Attribute, Binding, Call, Name
from lobegen.read.users import importing, offers, starting
from lobegen.read.walking import TYPESCRIPT
from lobegen.read.workflows import group, trigger_sites

#: what a defect in following code can raise; it is reported as unresolved code of that file
_DEFECTS = (RecursionError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError)
_MARKED = compiled(rb"(?:#|//|\*)[^\n]*?(TODO\(lobegen\)[^\n\r]*)")


def read_project(tree: SourceTree, options: ReadOptions | None = None) -> Project:
    """Read all workflow code of a tree.

    Files are searched for a needle first; only those that hold one, and what they import, are parsed.

    Args:
        tree: The files.
        options: SDK versions that outrank what lock files say.

    Returns:
        Endpoints, workflows and triggers; parse faults are in `Project.faults`, never raised.
    """
    return _Reader(tree, options or ReadOptions()).project()


def _evaluate_top_level(scope: ModuleScope, statement: Assign) -> None:
    """Evaluate a top-level assignment when its name is first asked for."""
    run = Run(scope.source.language)
    run.statement(statement, scope)


class _Reader:
    def __init__(self, tree: SourceTree, options: ReadOptions) -> None:
        self.tree = tree
        self.modules = Modules(tree, _evaluate_top_level, dict(options.sdk), options.side_effects)
        self.options = options
        self.survey = Survey()
        self.faults: list[Fault] = []
        self.markers: list[Marker] = []
        self.unresolved: list[Unresolved] = []
        self.read: set[str] = set()
        self._answered: dict[str, frozenset[str]] = {}
        self.elsewhere = Elsewhere(tree)

    def project(self) -> Project:
        self.tree.begin(*NEEDLES, MARKER)
        if not self.tree.foretaste.isdisjoint(TYPESCRIPT):
            import_module("lobegen.read.typescript.lowering")  # while another process walks the tree
        for file in list(self.tree.containing(*NEEDLES, MARKER)):
            if MARKER in file.content:
                self.markers += markers(file)
            if any(needle in file.content for needle in NEEDLES):
                self._survey(file)
        self._survey_users()
        project = self._assemble()
        self.tree.rest()
        return project

    def _survey_users(self) -> None:
        """Survey files that serve, or start runs, through the project's own modules and hold no needle themselves.

        A package of Python hands on what its modules offer.
        """
        offered = offers(self.modules.loaded(), self.survey.served)
        known: set[str] = set()
        names = self.survey.wrappers | offered.serving
        while names:
            files = list(importing(names, self.tree))
            for file in files:
                self._survey(file)
            known = known | names
            packages = {module_name(file.display) for file in files if file.path.name == "__init__.py"}
            names = (packages | self.survey.wrappers) - known
        self._survey_through_indexes()
        for file in list(starting(offered.clients, self.survey.served, self.tree)):
            self._survey(file)

    def _survey_through_indexes(self) -> None:
        """Survey what uses something that serves by way of index files; one may hand on what another does."""
        serving = serving_exports(self.modules.loaded(), self.survey.wrappers)
        folders, found = handed_on(self.modules.loaded(), serving)
        while found:
            self._survey_callers(folders, set().union(*found.values()))
            serving |= found
            folders, found = handed_on(self.modules.loaded(), serving)

    def _survey_callers(self, modules: set[str], functions: set[str]) -> None:
        """Survey the files that import modules and use functions of some names."""
        for file in list(importing(modules, self.tree, sorted(functions))):
            self._survey(file)

    def _survey(self, file: SourceFile) -> None:
        if file.display in self.read:
            return
        self.read.add(file.display)
        scope = self.modules.load(file.path, file.content)
        if scope is None:
            return
        self.faults += [Fault(each.span, each.message, each.certain) for each in scope.source.faults]
        try:
            self.survey.module(scope)
        except _DEFECTS as error:
            self._lost(Span(file.display, 1, 1, 1, 1, 0, 0), error)

    def _assemble(self) -> Project:
        self.survey.close()
        survey_helped(self.survey, self.modules.loaded, self._survey_callers)
        for position, served in enumerate(self.survey.served):
            if served.route is None and served.span in self.survey.mounts:
                self.survey.served[position] = replace(served, route=self.survey.mounts[served.span])
        self._expect()
        endpoints: list[Endpoint] = []
        for number, served in enumerate(self.survey.served):
            self.tree.progress(number, len(self.survey.served), "Reading workflows")
            try:
                endpoint = elaborate_endpoint(served, self.modules.sdk_version(served.scope.module.source))
            except _DEFECTS as error:
                self._lost(served.span, error)
                continue
            if endpoint is not None:
                endpoints.append(endpoint)
            elif function_of(served.handler) is None and Origin.PARAMETER not in served.handler.flow.origins:
                reason = f"the handler given to `{served.served_by}` could not be found"
                self.unresolved.append(Unresolved(served.span, reason, True))
        for scope in self.modules.loaded():
            if b"trigger" in scope.source.source:
                self.survey.trigger_classes(scope)
        endpoints.sort(key=lambda each: (each.span.path, each.span.start))
        modules = sorted(self.modules.loaded(), key=lambda each: each.source.path)
        sites = (*self._versioned(modules), *trigger_sites(endpoints))
        project = Project(
            tuple(endpoints), (), sites, tuple(self.markers), tuple(self.faults), tuple(self.unresolved),
            tuple(sdk_imports(modules)),
            tuple(found for scope in modules for found in credentials(scope.source)),
            tuple(found for scope in modules for found in whole_results(scope, self.survey.served)),
            tuple(example_environments([each.path for each in endpoints], self.tree)),
        )  # fmt: skip
        return replace(
            project,
            workflows=group(project, self.survey.classes, self._scaffolded),
            elsewhere=self._elsewhere(project),
            plan=self.options.plan,
        )

    def _versioned(self, modules: list[ModuleScope]) -> Iterator[TriggerSite]:
        """The places that start runs outside of endpoints, each with the SDK that its file has."""
        scopes = {scope.source.path: scope for scope in modules if scope.source.language == "typescript"}
        for site in self.survey.sites:
            scope = scopes.get(site.trigger.span.path)
            yield replace(site, sdk=self.modules.sdk_version(scope.source)) if scope is not None else site

    def _elsewhere(self, project: Project) -> frozenset[str]:
        """The paths of triggers without a target that something else may serve."""
        lost = (site.trigger for site in project.triggers if project.target_of(site.trigger) is None)
        routes = [route for each in project.endpoints for route in each.routes]
        known = frozenset(each.path for each in project.endpoints if each.route)
        aimed = _aimed(lost, routes)
        answered = {path for path in aimed if any(path[at:] in self.survey.controlled for at in range(len(path)))}
        return self.elsewhere.served(aimed - answered, known) | {"/".join(path) for path in answered}

    def _expect(self) -> None:
        """Look ahead for what serves the triggers that were found so far: what follows takes its time."""
        served = [(each.route, each.span.path, each) for each in self.survey.served if each.route]
        router = Router(served)
        triggers = [site.trigger for site in self.survey.sites]
        triggers += [trigger for each in self.survey.classes for trigger in each.triggers.values()]
        lost = (each for each in triggers if router.find(each.url, each.span) is None)
        self.elsewhere.expect(_aimed(lost, [each[0] for each in served]), frozenset(each[1] for each in served))

    def _lost(self, span: Span, error: Exception) -> None:
        """A defect of ours costs one file, and is said."""
        reason = f"lobegen could not follow this file: {type(error).__name__}: {error}"
        self.unresolved.append(Unresolved(span, reason, True))

    def _scaffolded(self, endpoint: Endpoint, name: str) -> bool:
        """Whether an answers file of lobegen names this workflow, in a folder above it."""
        file = f"lobegen-{name.replace('_', '-')}.yml"
        return any(file in self._answers(folder) for folder in self.tree.folders_above(endpoint.path))

    def _answers(self, folder: str) -> frozenset[str]:
        """The names of the answers files in a folder, which is looked into once."""
        known = self._answered.get(folder)
        if known is None:
            known = self._answered[folder] = names_in(f"{folder}/.copier")
        return known


def _aimed(triggers: Iterable[Trigger], routes: Iterable[str]) -> set[tuple[str, ...]]:
    """The paths of triggers that surely aim at a workflow."""
    parts = [set(route.split("/")) for route in routes]
    return {path for each in triggers if (path := path_of(each.url)) and _aims(each, path, parts)}


def _aims(trigger: Trigger, path: tuple[str, ...], routes: list[set[str]]) -> bool:
    """Whether a trigger surely aims at a workflow, or at what is nearly the route of one: most messages do not."""
    return trigger.sdk_method == "trigger" or any(len(set(path) - route) <= 1 for route in routes)


def sdk_imports(modules: list[ModuleScope]) -> Iterator[SdkImport]:
    """What TypeScript modules import from the SDK."""
    for scope in modules:
        if scope.source.language == "typescript":
            for each in scope.source.imports.values():
                if scope.modules.is_sdk(each.specifier):
                    yield SdkImport(each.span, each.specifier, each.name)


def whole_results(scope: ModuleScope, served: list[Served]) -> Iterator[WholeResult]:
    """Exported handlers that were given all that `serve` gives."""
    module = scope.source
    for each in module.body if module.language == "typescript" and "POST" in module.exports else ():
        match each:
            case Assign(target=Binding(name="POST"), value=Call(callee=Name(id=function) | Attribute(name=function))):
                given = scope.find("POST")
                span = given.shape.span if given is not None and isinstance(given.shape, ServedHandler) else None
                framework = next((one.framework for one in served if one.span == span), "")
                yield WholeResult(each.target.span, function, framework)


def markers(file: SourceFile) -> Iterator[Marker]:
    """The `TODO(lobegen)` comments of a file."""
    for match in _MARKED.finditer(file.content):
        text = match[1].decode("utf-8", "replace").rstrip()
        yield Marker(span_of(file.display, file.content, match.start(1), match.start(1) + len(text.encode())), text)
