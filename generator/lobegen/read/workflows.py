"""Groups endpoints into workflows and finds out which layer each one is."""

from collections.abc import Callable, Iterable, Iterator

from lobegen.model.actions import Step, Trigger
from lobegen.model.body import Block, Loop, Node
from lobegen.model.contract import PAGING
from lobegen.model.project import Endpoint, Layer, Project, TriggerSite, Workflow, WorkflowClass
from lobegen.model.walk import walk
from lobegen.patterns import compiled
from lobegen.read.routes import workflow_folder

_NAMES = {
    Layer.ENTRY: compiled(r"^process([-_]|$)"),
    Layer.PAGINATION: compiled(r"^paginate([-_]|$)"),
    Layer.EXECUTION: compiled(r"^(execute|generate)([-_]|$)"),
}


def trigger_sites(endpoints: Iterable[Endpoint]) -> list[TriggerSite]:
    """The places inside endpoints that start runs."""
    found: list[TriggerSite] = []
    for endpoint in endpoints:
        for node, looped in with_loops(endpoint.body):
            if isinstance(node, Trigger):
                found.append(TriggerSite(node, endpoint, looped))
    return found


def with_loops(block: Block) -> Iterator[tuple[Node, bool]]:
    """Every node of a block, those in callbacks of steps included, and whether it stands in a loop."""
    nodes = tuple(walk(block, callbacks=True))
    loops = (node for node in nodes if isinstance(node, Loop))
    looped = {id(inner) for loop in loops for inner in walk(loop.body, callbacks=True)}
    for node in nodes:
        yield node, id(node) in looped


def group(
    project: Project, classes: list[WorkflowClass], scaffolded: Callable[[Endpoint, str], bool]
) -> tuple[Workflow, ...]:
    """The workflows of a project: endpoints of one folder belong together."""
    folders: dict[str, list[Endpoint]] = {}
    for endpoint in project.endpoints:
        folders.setdefault(_folder(endpoint), []).append(endpoint)
    owners = Owners(classes, {endpoint.route for endpoint in project.endpoints if endpoint.route})
    calls = Calls(project)
    return tuple(_workflow(calls, folder, members, owners, scaffolded) for folder, members in folders.items())


class Owners:
    """Which class starts the endpoints of a route; looked up, since a project may have thousands of both."""

    def __init__(self, classes: list[WorkflowClass], routes: set[str]) -> None:
        self._classes = classes
        self._first: dict[str, int] = {}
        lengths = {len(route) for route in routes}
        for number, each in enumerate(classes):
            for trigger in each.triggers.values():
                end = trigger.url.parts[-1] if trigger.url.parts else None
                if isinstance(end, str):
                    for length in lengths:
                        self._first.setdefault(end.rstrip("/")[-length:], number)

    def of(self, routes: set[str]) -> WorkflowClass | None:
        """The first class one of whose triggers' URLs ends in one of the routes."""
        numbers = [self._first[route] for route in routes if route in self._first]
        return self._classes[min(numbers)] if numbers else None


class Calls:
    """What the endpoints of a project start, by the endpoint that starts it."""

    def __init__(self, project: Project) -> None:
        self._started: dict[int, list[tuple[TriggerSite, Endpoint]]] = {}
        for site in project.triggers:
            target = project.target_of(site.trigger) if site.caller is not None else None
            if target is not None:
                self._started.setdefault(id(site.caller), []).append((site, target))

    def targets(self, endpoint: Endpoint) -> list[Endpoint]:
        """The other endpoints that an endpoint starts."""
        return [target for _, target in self._started.get(id(endpoint), ()) if target is not endpoint]

    def pages_itself(self, endpoint: Endpoint) -> bool:
        """Whether an endpoint starts itself, with a cursor."""
        for site, target in self._started.get(id(endpoint), ()):
            fields = (site.trigger.payload_fields, site.trigger.payload.fields, endpoint.payload.fields)
            if target is endpoint and any(PAGING.search(name) for names in fields for name in names):
                return True
        return False


def _folder(endpoint: Endpoint) -> str:
    folder = workflow_folder(endpoint.path)
    if endpoint.served_by in ("post", "route") and endpoint.route is not None:
        return f"{folder}#{endpoint.route.rsplit('/', 1)[0]}" if endpoint.route.count("/") > 1 else folder
    return folder


def _workflow(
    calls: Calls,
    folder: str,
    members: list[Endpoint],
    owners: Owners,
    scaffolded: Callable[[Endpoint, str], bool],
) -> Workflow:
    routes = {endpoint.route for endpoint in members if endpoint.route}
    owner = owners.of(routes)
    place, _, path = folder.partition("#")
    name = (path or place).rstrip("/").rsplit("/", 1)[-1]
    layers = find_layers(calls, members, owner)
    return Workflow(name, place, tuple(members), layers, owner, scaffolded(members[0], name))


def find_layers(calls: Calls, members: list[Endpoint], workflow_class: WorkflowClass | None) -> dict[Layer, Endpoint]:
    """The layers among the endpoints of one folder; empty when they do not follow the three-layer pattern.

    What triggers what outranks names: an endpoint that triggers itself with a cursor is the pagination, what triggers
    it is the entry, what it triggers and triggers nothing is the execution.
    """
    targets = {id(each): calls.targets(each) for each in members}
    layers: dict[Layer, Endpoint] = {}
    paginations = [each for each in members if calls.pages_itself(each)]
    if paginations:
        triggered = [each for each in paginations if any(each in found for found in targets.values())]
        named = [each for each in paginations if _named(each, Layer.PAGINATION)]
        layers[Layer.PAGINATION] = (named or triggered or paginations)[0]
    page = layers.get(Layer.PAGINATION)
    starting = [each for each in members if page is not None and each is not page and page in targets[id(each)]]
    if page is not None and starting:  # an execution that starts the pagination again is no entry point
        layers[Layer.ENTRY] = min(starting, key=lambda each: (not _named(each, Layer.ENTRY), each in targets[id(page)]))
    for each in members:
        last = all(target in layers.values() for target in targets[id(each)]) and not _invokes(each)
        if page is not None and each not in layers.values() and each in targets[id(page)] and last:
            layers.setdefault(Layer.EXECUTION, each)
    for layer in Layer:
        if layer not in layers:
            named = [each for each in members if _named(each, layer) and each not in layers.values()]
            if named and (layer is not Layer.ENTRY or not paginations or _named(page, Layer.PAGINATION)):
                layers[layer] = named[0]
    return layers if _follows_pattern(layers, paginations, workflow_class) else {}


def _follows_pattern(
    layers: dict[Layer, Endpoint], paginations: list[Endpoint], workflow_class: WorkflowClass | None
) -> bool:
    several = workflow_class is not None and len(workflow_class.triggers) > 1
    return len(layers) > 1 or bool(paginations) or (len(layers) == 1 and several)


def _named(endpoint: Endpoint | None, layer: Layer) -> bool:
    return endpoint is not None and bool(_NAMES[layer].match(endpoint.name))


def _invokes(endpoint: Endpoint) -> bool:
    return any(isinstance(node, Step) and node.method == "invoke" for node in walk(endpoint.body))
