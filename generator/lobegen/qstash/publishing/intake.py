"""From a publish request to a draft of a message: every header is read and checked here."""

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar
from urllib.parse import urlsplit

from lobegen.qstash.message import PLAIN, STEP, Headers, Publication
from lobegen.qstash.planning.flow_control import FlowControl, parse_flow_control
from lobegen.qstash.planning.queues import check_name
from lobegen.qstash.planning.retry import DEFAULT_RETRIES
from lobegen.qstash.publishing.durations import DAY, parse_duration
from lobegen.qstash.publishing.expression import evaluate
from lobegen.qstash.refusal import Refused

Value = TypeVar("Value")

#: The plan's limit is not known; upstream's own tests hold that a million is refused with 412
_MOST_RETRIES = 1000
#: Milliseconds; of the pay-as-you-go plan
LONGEST_DELAY = 366 * DAY
_METHODS = frozenset(("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"))


@dataclass(frozen=True, slots=True)
class Delivery:
    """How a message is delivered: the part of its headers that a run can keep from its trigger."""

    retries: int
    retry_delay: str
    flow: FlowControl | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A publish request that was read; nothing has happened yet.

    Attributes:
        asked: The request.
        method: HTTP method of the delivery.
        run_id: `wfr_…`, or empty for a plain message.
        init: Whether it starts the run.
        call_type: As in `Message`.
        delivery: Of the message's own headers.
        timeout: Seconds, or None.
        not_before: Milliseconds.
    """

    asked: Publication
    method: str
    run_id: str
    init: bool
    call_type: str
    delivery: Delivery
    timeout: float | None
    not_before: int


def read(asked: Publication, now: int, allow_remote: bool) -> Draft:
    """Check a publish request.

    Raises:
        Refused: 400 for what cannot be read, 412 for a destination elsewhere.
    """
    headers = asked.headers
    check_destination(asked.destination, allow_remote)
    for name in ("upstash-callback", "upstash-failure-callback"):
        if name in headers:
            check_destination(headers[name], allow_remote)
    if "upstash-queue-name" in headers:
        check_name(headers["upstash-queue-name"], "the queue's name")
    method = headers.get("upstash-method", "POST").upper()
    if method not in _METHODS:
        raise Refused(400, f"Upstash-Method {method!r} is no HTTP method")
    run_id = headers.get("upstash-workflow-runid", "")
    call_type = headers.get("upstash-workflow-calltype") or STEP
    return Draft(
        asked=asked,
        method=method,
        run_id=run_id,
        init=bool(run_id) and headers.get("upstash-workflow-init", "").lower() == "true",
        call_type=call_type if run_id else PLAIN,
        delivery=_delivery(headers),
        timeout=_timeout(headers),
        not_before=_not_before(headers, now),
    )


def kept(own: Headers, trigger: Headers) -> Delivery:
    """Delivery under `WF_TriggerOnConfig`: the trigger's, and the message's own where the trigger says nothing.

    Retries and retry delay are kept one by one, flow control as a whole (facts: QStash wire protocol 3.1).
    """
    flow = trigger if "upstash-flow-control-key" in trigger else own
    return _delivery_of(
        trigger.get("upstash-retries", own.get("upstash-retries", "")),
        trigger.get("upstash-retry-delay", own.get("upstash-retry-delay", "")),
        flow.get("upstash-flow-control-key"),
        flow.get("upstash-flow-control-value", ""),
    )


@lru_cache(maxsize=1024)
def check_destination(url: str, allow_remote: bool) -> None:
    """Refuse what is no http address, or not on this machine.

    Raises:
        Refused: 400 for a malformed address; 412 for a remote one, which makes SDK 1.x fail the run with the message
            (a 400 to a step would end the run's work in silence).
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise Refused(400, f"invalid destination url: {url!r}") from None
    if not host or parts.scheme not in ("http", "https"):
        raise Refused(400, f"invalid destination url: {url!r} must begin with http:// or https:// and name a host")
    # the unspecified address is what a server says that listens everywhere; as a destination it is this machine
    if not allow_remote and host not in ("0.0.0.0", "::") and not is_loopback(host):
        raise Refused(
            412, f"the destination {url} is not on this machine; the local QStash calls it only with --allow-remote"
        )


def is_loopback(host: str) -> bool:
    """Whether a host name or address can be reached from this machine only."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _delivery(headers: Headers) -> Delivery:
    return _delivery_of(
        headers.get("upstash-retries", ""),
        headers.get("upstash-retry-delay", ""),
        headers.get("upstash-flow-control-key"),
        headers.get("upstash-flow-control-value", ""),
    )


@lru_cache(maxsize=1024)
def _delivery_of(retries: str, expression: str, key: str | None, value: str) -> Delivery:
    retries, expression = retries.strip() or str(DEFAULT_RETRIES), expression.strip()
    if not retries.isdecimal():
        raise Refused(400, f"Upstash-Retries must be a whole number from 0, not {retries!r}")
    if int(retries) > _MOST_RETRIES:
        raise Refused(412, f"retries limit is exceeded: {retries} retries, at most {_MOST_RETRIES} are allowed")
    if expression:
        _read(lambda: evaluate(expression, 0))
    flow = None if key is None else _read(lambda: parse_flow_control(key, value))
    return Delivery(int(retries), expression, flow)


def _timeout(headers: Headers) -> float | None:
    text = headers.get("upstash-timeout", "")
    return _read(lambda: parse_duration(text)) / 1000 if text else None


def _not_before(headers: Headers, now: int) -> int:
    moment, delay = headers.get("upstash-not-before", ""), headers.get("upstash-delay", "")
    if moment:
        due = _read(lambda: round(float(moment) * 1000))
    else:
        due = now + _read(lambda: parse_duration(delay)) if delay else now
    if due > now + LONGEST_DELAY:
        hint = f": Upstash-Not-Before {moment} is in unix seconds" if moment else ""
        raise Refused(412, f"maximum delay is exceeded, at most a year is allowed{hint}")
    return max(now, due)


def _read(reader: Callable[[], Value]) -> Value:
    try:
        return reader()
    except (ValueError, OverflowError) as error:
        raise Refused(400, str(error)) from None
