"""Endpoints, workflows and the project: what rules are asked about."""

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from msgspec import Struct

from lobegen.model.body import Block, Trigger, Unresolved
from lobegen.model.payload import DeclaredField as DeclaredField
from lobegen.model.payload import Payload as Payload
from lobegen.model.payload import PayloadField as PayloadField
from lobegen.model.routing import ANY_NUMBER, Router
from lobegen.model.sdk import SdkImport as SdkImport
from lobegen.model.sdk import SdkVersion, WholeResult, is_old
from lobegen.model.source import Language, Span
from lobegen.model.values import FlowControl, Settings, Text
from lobegen.patterns import compiled

if TYPE_CHECKING:
    from lobegen.model.earlier import Earlier


_FIXED_PATH = compiled(r"(^|/)[^/\[\]]+/route\.\w+$")


class Layer(StrEnum):
    """The three layers of the guide."""

    ENTRY = "entry"
    PAGINATION = "pagination"
    EXECUTION = "execution"


class Endpoint(Struct, frozen=True, eq=False):
    """One served handler.

    Attributes:
        name: Last part of its route, or the handler's name: "process-users".
        served_by: The function that serves it: serve, serveMany, createWorkflow, servePagesRouter; Python: post, route.
        framework: "nextjs", "fastapi", "flask", "hono", ...; "" when unknown.
        route: Its URL path where it is known ("/api/workflows/welcome-placeholder/process-users").
        url_path: The path of the URL that its options say QStash calls it at.
        address: That URL, or its base, where it is written there as a text.
        span: The call or decorator that serves it (its head, not its body).
        handler: The handler function's head.
        sdk: Which SDK it runs under, None when nothing says so.
        options: Of `serve` or the decorator.
        flow_control: As given in the options, whether or not this SDK reads it.
        body: The handler's body, ending in an implicit `Return` where its end is reached.
        unresolved: What could not be followed in it.
        invoked_only: Whether it is not served by itself but only invoked by its parent (`createWorkflow`).
        is_async: Whether its handler is a coroutine function or an async function.
    """

    name: str
    language: Language
    served_by: str
    framework: str
    route: str | None
    span: Span
    handler: Span
    sdk: SdkVersion | None
    payload: Payload
    options: Settings
    flow_control: FlowControl | None
    body: Block
    unresolved: tuple[Unresolved, ...] = ()
    invoked_only: bool = False
    is_async: bool = True
    url_path: str | None = None
    address: Text | None = None

    @property
    def path(self) -> str:
        """The file that serves it."""
        return self.span.path

    @property
    def package(self) -> str:
        """The SDK's package."""
        return "upstash-workflow" if self.language == "python" else "@upstash/workflow"

    @property
    def routes(self) -> tuple[str, ...]:
        """The URL paths that lead to it: of several served together, any path below theirs that ends in its name."""
        if self.invoked_only:
            return ()
        told = (self.url_path,) if self.url_path is not None else ()
        if self.route is None:
            return told
        parent, _, name = self.route.rpartition("/")
        if self.served_by != "serveMany" or not parent:
            return (self.route, *told)
        if self.at_fixed_path:
            return (parent,)
        return (self.route, f"{parent}/{ANY_NUMBER}/{name}")

    @property
    def at_fixed_path(self) -> bool:
        """Whether it is one of several that a Next.js route without a dynamic segment serves: its own path is 404."""
        return (
            self.served_by == "serveMany" and self.framework == "nextjs" and _FIXED_PATH.search(self.path) is not None
        )

    @property
    def old_sdk(self) -> bool | None:
        """True under `@upstash/workflow` 0.x, False under 1.x and newer, None for Python or when unknown."""
        return None if self.language == "python" or self.sdk is None else is_old(self.sdk)


class TriggerSite(Struct, frozen=True):
    """A place in the project that starts runs, inside an endpoint or not.

    Attributes:
        trigger: What is known of it.
        caller: The endpoint in whose run it happens; None for a place outside (a class, a router, a script).
        in_loop: Whether it stands in a loop, a map or a batch.
        sdk: The SDK's version in its file, where it stands outside of endpoints.
    """

    trigger: Trigger
    caller: Endpoint | None
    in_loop: bool = False
    sdk: SdkVersion | None = None


class WorkflowClass(Struct, frozen=True):
    """A class with static triggers: method name to the trigger it makes."""

    name: str
    span: Span
    triggers: Mapping[str, Trigger]


class Workflow(Struct, frozen=True, eq=False):
    """Endpoints of one workflow folder.

    Attributes:
        name: The folder's name: "welcome-placeholder".
        folder: POSIX path of the folder that holds the endpoints.
        endpoints: In path order.
        layers: The endpoint of each layer, empty when it does not follow the three-layer pattern.
        workflow_class: The class that triggers its layers, if found.
        scaffolded: Whether lobegen made it (it has an answers file).
    """

    name: str
    folder: str
    endpoints: tuple[Endpoint, ...]
    layers: Mapping[Layer, Endpoint]
    workflow_class: WorkflowClass | None
    scaffolded: bool = False

    def layer_of(self, endpoint: Endpoint) -> Layer | None:
        """The layer that this endpoint is, if the workflow follows the pattern."""
        return next((layer for layer, held in self.layers.items() if held is endpoint), None)


class Marker(Struct, frozen=True):
    """A `TODO(lobegen)` that waits for the user."""

    span: Span
    text: str


class Fault(Struct, frozen=True):
    """A place that a parser could not read; `certain` when the file is surely wrong."""

    span: Span
    message: str
    certain: bool


class Credential(Struct, frozen=True):
    """A secret of QStash that is written into the code.

    Attributes:
        span: The literal.
        kind: "token" or "signing key".
    """

    span: Span
    kind: Literal["token", "signing key"]


class ExampleEnvironment(Struct, frozen=True):
    """An example of environment variables (`.env.example`) above an endpoint.

    Attributes:
        span: Where `QSTASH_TOKEN` is named in it.
        names: The variables that it names, commented ones included.
    """

    span: Span
    names: frozenset[str]


class Project(Struct, frozen=True, dict=True):
    """All that was read in one run.

    Attributes:
        endpoints: In path order.
        workflows: In path order; every endpoint is in exactly one.
        triggers: All places that start runs.
        markers: Of files that lobegen made.
        faults: Of files that hold workflow code.
        unresolved: What could not be followed outside endpoints (a `serve` whose handler was not found).
        imports: What files with workflow code import from the SDK, in path order (TypeScript).
        credentials: Secrets in files with workflow code.
        whole_results: What is exported as a handler and holds one.
        elsewhere: Paths, without leading slash, that triggers name and that no workflow but something else may serve.
        plan: The plan of Upstash that limits hold for, None when nothing says so.
        environments: Example environments that name `QSTASH_TOKEN`, in the folders above endpoints.
        earlier: What the project is compared with, where that was asked for.
    """

    endpoints: tuple[Endpoint, ...]
    workflows: tuple[Workflow, ...]
    triggers: tuple[TriggerSite, ...] = ()
    markers: tuple[Marker, ...] = ()
    faults: tuple[Fault, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    imports: tuple[SdkImport, ...] = ()
    credentials: tuple[Credential, ...] = ()
    whole_results: tuple[WholeResult, ...] = ()
    environments: tuple[ExampleEnvironment, ...] = ()
    earlier: "Earlier | None" = None
    elsewhere: frozenset[str] = frozenset()
    plan: str | None = None

    def workflow_of(self, endpoint: Endpoint) -> Workflow | None:
        """The workflow that this endpoint belongs to."""
        return self._workflows.get(id(endpoint))

    def layer_of(self, endpoint: Endpoint) -> Layer | None:
        """The layer that this endpoint is, None when its workflow does not follow the pattern."""
        workflow = self.workflow_of(endpoint)
        return workflow.layer_of(endpoint) if workflow else None

    def triggers_of(self, endpoint: Endpoint) -> tuple[TriggerSite, ...]:
        """The places that start runs of this endpoint, by its route."""
        return self._sites.get(id(endpoint), ())

    def started_by(self, endpoint: Endpoint) -> tuple[TriggerSite, ...]:
        """The places in an endpoint that start runs."""
        return tuple(self._callers.get(id(endpoint), ()))

    def target_of(self, trigger: Trigger) -> Endpoint | None:
        """The endpoint whose route ends the trigger's URL; the longest route wins, then the nearest file."""
        return self._router.find(trigger.url, trigger.span)

    def imports_of(self, path: str) -> tuple[SdkImport, ...]:
        """What a file imports from the SDK."""
        return tuple(self._imports.get(path, ()))

    @cached_property
    def _imports(self) -> dict[str, list[SdkImport]]:
        found: dict[str, list[SdkImport]] = {}
        for each in self.imports:
            found.setdefault(each.span.path, []).append(each)
        return found

    @cached_property
    def sdk_lines(self) -> frozenset[bool | None]:
        """Whether the endpoints of TypeScript run under SDK 0.x, each answer once."""
        return frozenset(each.old_sdk for each in self.endpoints if each.language == "typescript")

    @cached_property
    def _workflows(self) -> dict[int, Workflow]:
        return {id(endpoint): workflow for workflow in self.workflows for endpoint in workflow.endpoints}

    @cached_property
    def _sites(self) -> dict[int, tuple[TriggerSite, ...]]:
        found: dict[int, tuple[TriggerSite, ...]] = {}
        for site in self.triggers:
            target = self.target_of(site.trigger)
            if target is not None:
                found[id(target)] = (*found.get(id(target), ()), site)
        return found

    @cached_property
    def _callers(self) -> dict[int, list[TriggerSite]]:
        found: dict[int, list[TriggerSite]] = {}
        for site in self.triggers:
            found.setdefault(id(site.caller), []).append(site)
        return found

    @cached_property
    def _router(self) -> Router[Endpoint]:
        return Router([(route, each.path, each) for each in self.endpoints for route in each.routes])
