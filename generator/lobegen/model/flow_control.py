"""Where flow control is read, and by which SDK: the endpoint's options, its triggers, single steps."""

from collections.abc import Iterator

from msgspec import Struct

from lobegen.model.project import Endpoint, Project, TriggerSite
from lobegen.model.sdk import is_old
from lobegen.model.source import Language, Span
from lobegen.model.values import FlowControl, Settings, Text
from lobegen.model.walk import steps


class Use(Struct, frozen=True):
    """A flow control that some SDK reads.

    Attributes:
        old_sdk: True under `@upstash/workflow` 0.x, False under 1.x, None for Python or when unknown.
    """

    flow_control: FlowControl
    language: Language
    old_sdk: bool | None


def flow_controls(project: Project) -> Iterator[Use]:
    """Every flow control of the project that is read, each once; one that SDK 1.x ignores in `serve` is not.

    Nor is one that Python's `post` is given: it takes no such argument, and the application does not start.
    """
    seen: set[Span] = set()
    for use in _all(project):
        if use.flow_control.span not in seen:
            seen.add(use.flow_control.span)
            yield use


def _all(project: Project) -> Iterator[Use]:
    for endpoint in project.endpoints:
        if endpoint.flow_control and endpoint.old_sdk is not False and not _refused(endpoint):
            yield Use(endpoint.flow_control, endpoint.language, endpoint.old_sdk)
        for step in steps(endpoint.body):
            held = _nested(step.settings) if step.settings else None
            if held:
                yield Use(held, endpoint.language, endpoint.old_sdk)
    for site in project.triggers:
        if site.trigger.flow_control:
            language: Language = "python" if site.trigger.span.path.endswith(".py") else "typescript"
            yield Use(site.trigger.flow_control, language, old_sdk_of(site, project))


def _refused(endpoint: Endpoint) -> bool:
    given = endpoint.options.items
    return endpoint.language == "python" and not {"flow_control", "flowControl"}.isdisjoint(given)


def old_sdk_of(site: TriggerSite, project: Project) -> bool | None:
    """Whether a trigger runs under SDK 0.x: as its target, its caller, its file, or the only line in the project."""
    endpoint = project.target_of(site.trigger) or site.caller
    if endpoint:
        return endpoint.old_sdk
    if site.sdk is not None:
        return is_old(site.sdk)
    return next(iter(project.sdk_lines)) if len(project.sdk_lines) == 1 else None


def _nested(settings: Settings) -> FlowControl | None:
    """The flow control among a step's options (`context.call`, `context.invoke`)."""
    name = next((name for name in ("flowControl", "flow_control") if name in settings), "")
    setting = settings.get(name)
    if setting is None or setting.kind != "object":
        return None
    items = {key.removeprefix(f"{name}."): item for key, item in settings.items.items() if key.startswith(f"{name}.")}
    complete = settings.complete and bool(items)
    key = items["key"].text if "key" in items else Text(setting.span, "missing" if complete else "dynamic")
    return FlowControl(setting.span, key or Text(setting.span, "dynamic"), Settings(setting.span, items, complete))


def controls_of(endpoint: Endpoint, project: Project) -> list[FlowControl]:
    """The flow controls that hold for an endpoint's runs, where its SDK reads them."""
    own = [endpoint.flow_control] if endpoint.flow_control and endpoint.old_sdk is not False else []
    sent = [site.trigger.flow_control for site in project.triggers_of(endpoint) if site.trigger.flow_control]
    return list({(control.span, control.key.literal): control for control in (*own, *sent)}.values())
