"""How the guide names things: a workflow by its folder, its steps and log lines by the workflow."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, lru_cache

from msgspec import Struct

from lobegen.model.actions import Log, Step
from lobegen.model.body import Node
from lobegen.model.names import place_of_prefix
from lobegen.model.project import Endpoint, Layer, Project, Workflow
from lobegen.model.source import Span
from lobegen.model.values import Hole, Origin, Text
from lobegen.model.walk import walk
from lobegen.patterns import compiled

_WORDS = compiled(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_STEP_HEAD = compiled(r"([\w./: -]+):")
_LOG_HEAD = compiled(r"\s*\[([^\[\]]*)\]")
#: folders and words that say nothing of one workflow
_GENERIC = {
    "api", "app", "apps", "backend", "handler", "handlers", "http", "index", "job", "jobs", "pipeline", "pipelines",
    "post", "qstash", "queue", "route", "routes", "routers", "run", "server", "services", "src", "step",
    "steps", "task", "tasks", "upstash", "wf", "worker", "workers", "workflow", "workflows",
}  # fmt: skip
#: what the layers are called in log lines
LAYER_WORDS = {
    Layer.ENTRY: frozenset({"process", "entry"}),
    Layer.PAGINATION: frozenset({"paginate", "pagination", "page"}),
    Layer.EXECUTION: frozenset({"execute", "execution", "generate"}),
}


class House(Struct, frozen=True):
    """One workflow as the guide sees it: the endpoints of its layers, or a single endpoint.

    Attributes:
        endpoints: Those that share the name.
        names: What it may be called, in kebab case, the guide's own name first; empty when nothing tells.
    """

    endpoints: tuple[Endpoint, ...]
    names: tuple[str, ...]

    def is_called(self, text: str) -> bool:
        """Whether a text, or one of its parts between colons, is a name of it, however it is spelled."""
        known = {plain(name) for name in self.names}
        return plain(text) in known or any(plain(part) in known for part in text.split(":"))


@lru_cache(maxsize=4096)
def kebab(name: str) -> str:
    """A name in kebab case: "welcomePlaceholder" and "welcome_placeholder" are "welcome-placeholder"."""
    return "-".join(word.lower() for word in _WORDS.findall(name))


def pascal(name: str) -> str:
    """A name as a class is called: "WelcomePlaceholder"."""
    return "".join(word.title() for word in kebab(name).split("-"))


@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """A name without case and separators: two spellings of one name are equal so."""
    return re.sub(r"[\W_]+", "", name).lower()


def says_nothing(name: str) -> bool:
    """Whether a folder's name is no workflow's own: "workflows", "api"."""
    return kebab(name) in _GENERIC


def houses(project: Project) -> tuple[House, ...]:
    """The workflows of a project: endpoints of one that has layers together, every other endpoint by itself."""
    found: list[House] = []
    for workflow in project.workflows:
        if workflow.layers:
            found.append(House(workflow.endpoints, _names(workflow, (kebab(workflow.name),))))
        else:
            found += [
                House((each,), _names(workflow, (kebab(each.name), kebab(workflow.name))))
                for each in workflow.endpoints
            ]
    return tuple(found)


def _names(workflow: Workflow, first: tuple[str, ...]) -> tuple[str, ...]:
    """What a workflow may be called: its folder, its class, the first part of its flow-control keys."""
    names = [*first]
    if workflow.workflow_class is not None:
        names.append(kebab(workflow.workflow_class.name.removesuffix("Workflow")))
    controls = [endpoint.flow_control for endpoint in workflow.endpoints] if workflow.layers else []
    triggers = workflow.workflow_class.triggers.values() if workflow.workflow_class is not None else ()
    for control in (*controls, *(trigger.flow_control for trigger in triggers)):
        literal = control.key.literal if control is not None else None
        if literal and "." in literal:
            names.append(kebab(literal.split(".")[0]))
    return tuple(dict.fromkeys(name for name in names if name and name not in _GENERIC))


class Line(Struct, frozen=True):
    """A step or a log line with the text that should begin with its workflow's name.

    Attributes:
        head: What it begins with; None where it has no prefix, empty where that cannot be told.
    """

    endpoint: Endpoint
    node: Step | Log
    span: Span
    text: Text
    head: str | None


class Lines(Struct, frozen=True, dict=True):
    """The steps or log lines of one workflow, and what they are agreed to begin with.

    Attributes:
        agreed: A prefix that most of them have and that no other workflow is called by; else None.
        called: How many workflows of the project have a name, by the name without case and separators.
    """

    house: House
    lines: tuple[Line, ...]
    agreed: str | None
    called: Mapping[str, int] = {}

    @cached_property
    def name(self) -> str | None:
        """What the prefix should be; None when nothing tells."""
        used = (part for line in self.lines for part in (line.head or "").split(":"))
        own = next((part for part in used if part and self.house.is_called(part)), None)
        return own or self.agreed or next(iter(self.house.names), None)

    def claims(self, line: Line) -> bool:
        """Whether what it begins with says that it is another workflow's, or anybody's (`step:`)."""
        head = (line.head or "").split(":")[0]
        return bool(head) and (plain(head) in _GENERIC or _is_taken(head, self.house, self.called))

    def is_mixed(self, line: Line) -> bool:
        """Whether a helper makes lines that begin otherwise at the same place: it would be in them twice."""
        return any(other.head != line.head for other in self._by_place[line.span])

    def is_shared(self, line: Line) -> bool:
        """Whether several endpoints of the workflow come by: it can name the layer of none."""
        return any(other.endpoint is not line.endpoint for other in self._by_place[line.span])

    @cached_property
    def _by_place(self) -> dict[Span, list[Line]]:
        found: dict[Span, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.span, []).append(line)
        return found

    def strangers(self) -> Iterator[Line]:
        """Those that begin with none of the workflow's names."""
        for line in self.lines:
            if line.head is None or (
                line.head and not self.house.is_called(line.head) and line.head.split(":")[0] != self.agreed
            ):
                yield line


def step_lines(project: Project) -> list[Lines]:
    """The named steps of every workflow."""
    return _lines(project, _step_line)


def log_lines(project: Project) -> list[Lines]:
    """The log lines of every workflow, those in its steps too."""
    return _lines(project, _log_line)


def _step_line(endpoint: Endpoint, node: Node) -> Line | None:
    if not isinstance(node, Step) or node.name.kind != "text" or not node.name.parts:
        return None
    head = _head(node.name, _STEP_HEAD)
    return Line(endpoint, node, place_of_prefix(node), node.name, head)


def _log_line(endpoint: Endpoint, node: Node) -> Line | None:
    if not isinstance(node, Log) or node.named or node.text.kind not in ("text", "other"):
        return None
    return Line(endpoint, node, node.text.span, node.text, _head(node.text, _LOG_HEAD))


def _head(text: Text, pattern: re.Pattern[str]) -> str | None:
    """What a text begins with; empty where a value at its begin may hold anything."""
    first = text.parts[0] if text.parts else ""
    if isinstance(first, Hole):
        return "" if not _stranger(first) else None
    match = pattern.match(first)
    if match is None and first.lstrip().startswith("[") and "]" not in first and len(text.parts) > 1:
        return ""
    return match[1] if match is not None else None


def _stranger(hole: Hole) -> bool:
    """Whether a value surely is no name of a workflow: it comes from the payload, a step or a loop."""
    if not hole.flow.origins.isdisjoint({Origin.PARAMETER, Origin.UNKNOWN, Origin.ENVIRONMENT}):
        return False
    return bool(hole.flow.variables) or not hole.flow.origins.isdisjoint({Origin.PAYLOAD, Origin.STEP, Origin.CLOCK})


def _lines(project: Project, line_of: Callable[[Endpoint, Node], Line | None]) -> list[Lines]:
    """Lines by workflow; what several workflows share (a common helper) can hold the name of none and is left out."""
    everyone = houses(project)
    owners: dict[Span, set[int]] = {}
    found: list[tuple[House, list[Line]]] = []
    for number, house in enumerate(everyone):
        lines: dict[tuple[Span, str, int], Line] = {}
        for endpoint in house.endpoints:
            for node in walk(endpoint.body, callbacks=True):
                if (line := line_of(endpoint, node)) is not None:
                    lines.setdefault((line.span, line.text.pattern, id(endpoint)), line)
                    owners.setdefault(line.span, set()).add(number)
        found.append((house, list(lines.values())))
    called = Counter(name for house in everyone for name in {plain(name) for name in house.names})
    result: list[Lines] = []
    for house, all_lines in found:
        own = tuple(line for line in all_lines if len(owners[line.span]) == 1)
        result.append(Lines(house, own, _agreed(own, house, called), called))
    return result


def _is_taken(head: str, house: House, called: Mapping[str, int]) -> bool:
    """Whether a prefix is a name of another workflow than this one."""
    return called.get(plain(head), 0) > house.is_called(head)


def _agreed(lines: tuple[Line, ...], house: House, called: Mapping[str, int]) -> str | None:
    """The prefix of most lines, unless it says nothing or is another workflow's name."""
    heads = Counter(line.head.split(":")[0] for line in lines if line.head)
    if not heads:
        return None
    head, count = heads.most_common(1)[0]
    taken = plain(head) in _GENERIC or _is_taken(head, house, called)
    return head if count > 1 and 2 * count > len(lines) and not taken else None
