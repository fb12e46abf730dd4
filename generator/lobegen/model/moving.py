"""Moves an option of `serve` to the triggers of its route, which is where SDK 1.x reads it."""

import json
from collections.abc import Iterator

from lobegen.model.actions import Trigger
from lobegen.model.fixes import AddOption, Change, Fix, RemoveOption
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Span
from lobegen.model.values import FlowControl, Setting, Settings


class _LeftError(Exception):
    """Why an option cannot be moved."""


def moved(name: str, endpoint: Endpoint, project: Project) -> Fix:
    """The fix that moves an option of an endpoint; with its obstacle where some trigger cannot take it."""
    title = f"Move `{name}` to the triggers of this route"
    setting = endpoint.options.items[name]
    try:
        if any(other.options.get(name) == setting for other in project.endpoints if other is not endpoint):
            raise _LeftError("other endpoints are served with the same options")
        if any(site.trigger.settings.get(name) == setting for site in project.triggers):
            raise _LeftError("a trigger is given the same options")
        targets = _targets(endpoint, project)
        changes = [change for target in targets for change in _added(name, endpoint, target, project)]
    except _LeftError as error:
        return Fix(title, obstacle=str(error))
    return Fix(title, (RemoveOption(setting.span, own=True), *dict.fromkeys(changes)))


def _targets(endpoint: Endpoint, project: Project) -> list[Trigger]:
    """Every trigger of a route, each place of options once."""
    own: dict[Span, Trigger] = {}
    for site in sorted(project.triggers_of(endpoint), key=lambda each: len(each.trigger.chain)):
        own.setdefault(site.trigger.settings.span, site.trigger)
    if not own:
        raise _LeftError("no trigger of this route was found")
    for span, trigger in own.items():
        problem = _problem(span, trigger.settings, endpoint, project)
        if problem:
            raise _LeftError(f"{problem} ({span.path}:{span.line})")
    return [trigger for _, trigger in sorted(own.items(), key=lambda each: each[0])]


def _problem(span: Span, settings: Settings, endpoint: Endpoint, project: Project) -> str:
    sites = [site for site in project.triggers if site.trigger.settings.span == span]
    if all(site.trigger.method != "trigger" for site in sites):
        return "a start of this route is no `client.trigger`"
    if any(project.target_of(site.trigger) not in (endpoint, None) for site in sites):
        return "one trigger starts several routes"
    return "" if settings.complete and settings.items else "not all options of a trigger are known"


def _added(name: str, endpoint: Endpoint, target: Trigger, project: Project) -> Iterator[Change]:
    """What the options of one trigger lack; nothing where they say the same already."""
    setting, there = endpoint.options.items[name], target.settings.get(name)
    own = endpoint.flow_control if name == "flowControl" else None
    if there is None:
        meant = own.span if own is not None and own.settings.complete else None
        yield AddOption(target.settings.span, name, setting.span, meant, _literal(setting, own))
    elif own is None or target.flow_control is None:
        if not _same(setting, there):
            raise _LeftError(f"a trigger has another `{name}` ({there.span.path}:{there.span.line})")
    elif own.span != target.flow_control.span:
        yield from _merged(own, target.flow_control, target, project)


def _merged(own: FlowControl, there: FlowControl, target: Trigger, project: Project) -> Iterator[Change]:
    """The limits that the trigger's flow control lacks."""
    place = f"({there.span.path}:{there.span.line})"
    if not (own.settings.complete and there.settings.complete):
        raise _LeftError(f"not all of a trigger's flow control is known {place}")
    for key, setting in own.settings.items.items():
        other = there.settings.get(*(("rate", "ratePerSecond") if key in ("rate", "ratePerSecond") else (key,)))
        if other is not None and not _same(setting, other):
            raise _LeftError(f"a trigger has another `{key}` {place}")
        if other is None and _shared(there, target, project):
            raise _LeftError(f"a trigger's flow control is also that of others {place}")
        if other is None:
            yield AddOption(there.span, key, setting.span, None, _literal(setting, None))


def _shared(control: FlowControl, target: Trigger, project: Project) -> bool:
    others = [site.trigger for site in project.triggers if site.trigger.settings.span != target.settings.span]
    held = [*(each.flow_control for each in others), *(each.flow_control for each in project.endpoints)]
    return any(each is not None and each.span == control.span for each in held)


def _same(one: Setting, other: Setting) -> bool:
    if one.kind != other.kind or one.kind in ("dynamic", "object"):
        return False
    patterns = [each.text.pattern if each.text else None for each in (one, other)]
    return one.value == other.value and patterns[0] == patterns[1]


def _literal(setting: Setting, control: FlowControl | None) -> str | None:
    """A value in JSON (keys without quotes), where it is known."""
    if control is not None:
        parts = {key: _literal(each, None) for key, each in control.settings.items.items()}
        known = control.settings.complete and parts and None not in parts.values()
        return f"{{ {', '.join(f'{key}: {value}' for key, value in parts.items())} }}" if known else None
    return json.dumps(setting.value, ensure_ascii=False) if setting.value is not None else None
