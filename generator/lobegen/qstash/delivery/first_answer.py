"""Whether the first answer to a run comes from a workflow endpoint (facts: QStash wire protocol 2.7)."""

import re

from lobegen.qstash.message import Answer
from lobegen.qstash.runs.run import Run

#: A header of our own on runs that were started through `/v2/trigger`
BY_REST = "x-lobegen-trigger"

_NON_WORKFLOW = (
    "detected a non-workflow destination for trigger/invoke. "
    "make sure you are sending the request to the correct endpoint"
)
_TOO_OLD = "trigger rest api is only usable with sdk versions after v1.0.0 major version"
_SINCE_1 = re.compile(r"v?[1-9]\d*\.")


def foreignness(run: Run, answer: Answer) -> str:
    """Why the run must fail although it was answered with 2xx; empty when all is well."""
    if "WF_DetectTrigger" in run.features and "upstash-workflow-sdk-version" not in answer.headers:
        return _NON_WORKFLOW
    if BY_REST in run.trigger and not _SINCE_1.match(answer.headers.get("upstash-workflow-sdk", "")):
        return _TOO_OLD
    return ""
