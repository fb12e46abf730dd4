"""Which headers are handed on, and how those of a callback are made (facts: QStash wire protocol 2.1)."""

from collections.abc import Iterable

from lobegen.qstash.message import Headers

_FORWARD = "upstash-forward-"
#: hop-by-hop headers, and those that each delivery has of its own
_DROPPED = frozenset(
    (
        "accept-encoding",
        "connection",
        "content-length",
        "content-type",
        "expect",
        "host",
        "keep-alive",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    )
)
_KEPT_OF_UPSTASH = ("upstash-workflow-", "upstash-telemetry-")


def lower(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Names in lower case; the SDKs disagree about case."""
    return {name.lower(): value for name, value in headers}


def forwarded(headers: Headers) -> dict[str, str]:
    """What stands under `Upstash-Forward-`, less what would spoil the delivery.

    SDKs re-forward every header they received; an old `upstash-signature` or `content-length` must not win.
    """
    start = len(_FORWARD)
    return {
        name[start:]: value
        for name, value in headers.items()
        if name.startswith(_FORWARD) and _is_handed_on(name[start:])
    }


def _is_handed_on(name: str) -> bool:
    if not name.startswith("upstash-"):
        return name not in _DROPPED
    return name == "upstash-label" or name.startswith(_KEPT_OF_UPSTASH)


def of_the_user(forward: Headers) -> dict[str, str]:
    """The part of forwarded headers that is kept for later messages of a run: not the protocol's own."""
    return {name: value for name, value in forward.items() if not name.startswith("upstash-workflow-")}


def of_run(headers: Headers, old: str, new: str) -> dict[str, str]:
    """The headers with one run's id put for another's, in those of callbacks too."""
    return {name: new if name.endswith("workflow-runid") and value == old else value for name, value in headers.items()}


def promoted(headers: Headers, prefix: str) -> dict[str, str]:
    """The headers of a callback message: `upstash-callback-x` of its parent becomes `upstash-x`.

    Args:
        headers: The parent's headers.
        prefix: `upstash-callback-` or `upstash-failure-callback-`.
    """
    found = {name: value for name, value in headers.items() if name.startswith(prefix)}
    return {"upstash-" + name.removeprefix(prefix): value for name, value in found.items()}


def canonical(headers: Headers) -> dict[str, list[str]]:
    """Header names as `Content-Type`, each with a list of values: the form inside of callback bodies."""
    return {"-".join(word.capitalize() for word in name.split("-")): [value] for name, value in headers.items()}
