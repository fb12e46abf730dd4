"""What a trigger sends against what its target reads: fields by name, in whatever case they are written."""

import re
from collections.abc import Callable

from lobegen.model.dry_run import FLAG as DRY_RUN
from lobegen.model.project import Endpoint, Payload, PayloadField, Project, TriggerSite
from lobegen.patterns import compiled

_FLAG = compiled(
    r"^(force|only|skip|include|exclude|allow|ignore|enable|disable|with|without|is|has|should)(_|[A-Z]|$)|(Only|_only)$"
)
#: names of payload fields that lead through pages
PAGING = compiled(r"cursor|offset|after|page", re.IGNORECASE)


def plain(name: str) -> str:
    """A field's name without case and underscores: `userId` and `user_id` are one field."""
    return name.replace("_", "").lower()


def flags(payload: Payload) -> dict[str, PayloadField]:
    """The flags that a handler works with, by their plain names: booleans by type or by name, a dry run excepted."""
    found = {}
    for name, field in payload.fields.items():
        declared = payload.declared.get(name) if payload.declared is not None else None
        flag = declared.flag if declared is not None else bool(_FLAG.search(name))
        if flag and (field.used or field.tested or field.checked) and not DRY_RUN.search(name):
            found[plain(name)] = field
    for name in payload.rest - payload.fields.keys():
        if payload.declared is not None and payload.declared[name].flag and not DRY_RUN.search(name):
            found[plain(name)] = PayloadField(name, payload.span, False, False, False, used=True, tested=False)
    return found


def dropped_flags(site: TriggerSite, project: Project) -> dict[str, tuple[PayloadField, Endpoint]]:
    """The flags that a run works with and does not tell the run that it triggers, though that or a later one asks.

    Returns:
        By the flag's name in the run that drops it, its field there and the endpoint that asks.
    """
    target, sent = project.target_of(site.trigger), site.trigger.sent
    if site.caller is None or target is None or not (sent.listed or sent.hands_on):
        return {}
    if target is site.caller and not any(PAGING.search(name) for name in site.trigger.payload_fields):
        return {}  # a chunk that it hands itself may be past what the flag decides; the next page is not
    told = {plain(name) for name in site.trigger.payload_fields}
    own = {name: field for name, field in flags(site.caller.payload).items() if name not in told}
    missing = {name: field for name, field in own.items() if site.trigger.sends(field.name) == "nothing"}
    if not missing:
        return {}
    later = {id(each): flags(each.payload) for each in _reachable(target, project)}
    found: dict[str, tuple[PayloadField, Endpoint]] = {}
    for each in _reachable(target, project):
        for name in missing.keys() & later[id(each)].keys():
            found.setdefault(missing[name].name, (missing[name], each))
    return found


def _reachable(start: Endpoint, project: Project) -> list[Endpoint]:
    """An endpoint and those that its runs start, the nearest first."""
    found = [start]
    for each in found:
        for trigger in (site.trigger for site in project.started_by(each)):
            target = project.target_of(trigger)
            if target is not None and all(target is not known for known in found):
                found.append(target)
    return found


def unread(site: TriggerSite, target: Endpoint, project: Project) -> list[str]:
    """The fields that are sent and that the target neither reads nor declares; empty when its payload is not clear."""
    payload = target.payload
    if not payload.readable or (payload.validated and payload.declared is None) or not payload.fields:
        return []
    if any(map(_passes_whole, project.started_by(target))):
        return []
    spelt = _spelling(site, payload)
    known = {spelt(name) for name in (*payload.fields, *(payload.declared or ()))}
    return [name for name in site.trigger.payload_fields if spelt(name) not in known]


def _spelling(site: TriggerSite, payload: Payload) -> Callable[[str], str]:
    """What makes names of fields comparable: only a model may write, and a parser may take, `userId` for `user_id`."""
    return plain if payload.validated or site.trigger.sent.by_model else str


def _passes_whole(site: TriggerSite) -> bool:
    return site.trigger.sent.hands_on or "*" in site.trigger.payload.fields


def needed(site: TriggerSite, target: Endpoint) -> list[PayloadField]:
    """The fields not sent that the target works with, has no default for, and demands by its type or never checks."""
    payload, sent = target.payload, site.trigger.sent
    if not sent.complete or (payload.validated and payload.declared is None):  # a normaliser may make fields
        return []
    spelt = _spelling(site, payload)
    told = {spelt(name) for name in site.trigger.payload_fields}
    return [each for each in payload.fields.values() if spelt(each.name) not in told and _is_needed(each, payload)]


def _is_needed(field: PayloadField, payload: Payload) -> bool:
    """Whether the type says so; without a type, whether it is used with neither default nor check."""
    if payload.declared is not None:
        declared = payload.declared.get(field.name)
        return declared is not None and declared.required and field.required and (field.used or field.tested)
    return field.required and field.used and not (field.checked or field.tested)
