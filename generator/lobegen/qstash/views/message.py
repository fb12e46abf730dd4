"""A message as the REST API shows it."""

import base64

from lobegen.qstash.message import Message
from lobegen.qstash.planning.flow_control import FlowControl
from lobegen.qstash.publishing.headers import canonical


def message_view(message: Message) -> dict[str, object]:
    """What listings say of a message; what is not set is left out."""
    view: dict[str, object] = {
        "messageId": message.id,
        "url": message.destination,
        "method": message.method,
        "header": canonical(message.forward),
        "maxRetries": message.retries,
        "notBefore": message.not_before,
        "createdAt": message.created_at,
        "callerIP": "127.0.0.1",
    }
    view |= text_or_base64("body", message.body) | labels_view(message.labels)
    optional = {
        "callback": message.headers.get("upstash-callback"),
        "failureCallback": message.headers.get("upstash-failure-callback"),
        "retryDelayExpression": message.retry_delay,
        "workflowRunId": message.run_id,
        "queueName": message.queue,
        "scheduleId": message.schedule,
    }
    return view | {name: value for name, value in optional.items() if value} | flow_view(message.flow)


def text_or_base64(name: str, content: bytes) -> dict[str, object]:
    """Bytes as text; under another name and in base64 when they are none."""
    try:
        return {name: content.decode()}
    except UnicodeDecodeError:
        return {f"{name}Base64": base64.b64encode(content).decode()}


def labels_view(labels: list[str]) -> dict[str, object]:
    """Labels, with the older single field."""
    return {"label": ",".join(labels), "labels": labels} if labels else {}


def flow_view(flow: FlowControl | None) -> dict[str, object]:
    """Flow control of a message; the period in seconds."""
    if flow is None:
        return {}
    view = {"flowControlKey": flow.key, "parallelism": flow.parallelism, "rate": flow.rate}
    if flow.rate is not None:
        view["period"] = flow.period // 1000
    return {name: value for name, value in view.items() if value is not None}
