"""`/v2/workflows/runs` and the logs."""

import json
from collections.abc import Callable, Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, page_size, page_start
from lobegen.qstash.run import Run
from lobegen.qstash.views import run_view

_FILTERS: Mapping[str, Callable[[Run, str], bool]] = {
    "workflowRunId": lambda run, want: want == run.id,
    "state": lambda run, want: want == run.state,
    "workflowUrl": lambda run, want: want == run.url,
    "workflowCreatedAt": lambda run, want: want == str(run.created_at),
    "label": lambda run, want: want in run.labels,
}


async def fetch(context: Context, request: Request) -> Response:
    """The whole list of entries, for an SDK that got an empty body."""
    run = context.engine.runs.get(request.path_params["run_id"])
    if run is None or not run.is_open:
        raise Refused(404, f"workflow run {request.path_params['run_id']} not found")
    return Response(run.listing(), media_type="application/json")


async def end(context: Context, request: Request) -> Response:
    """The endpoint reports that its run is over, or cancels it."""
    body = await request.body()
    is_cancel = request.query_params.get("cancel", "").lower() == "true"
    context.engine.end(request.path_params["run_id"], body, is_cancel)
    context.poke()
    return JSONResponse({})


async def cancel(context: Context, request: Request) -> Response:
    """`client.cancel`: SDK 0.2 sends a JSON body, 1.x a query."""
    wanted = await _selection(request)
    chosen = [run for run in context.engine.runs.values() if run.is_open and wanted(run)]
    count = context.engine.cancel(chosen[: page_size(request, default=len(chosen) or 1)])
    context.poke()
    return JSONResponse({"cancelled": count})


async def logs(context: Context, request: Request) -> Response:
    """Runs, the newest first, with their steps."""
    start, size = page_start(request), page_size(request)
    given = {name: value for name, value in request.query_params.items() if name in _FILTERS and value}
    newest = reversed(context.engine.runs.values())
    found = [run for run in newest if all(_FILTERS[name](run, value) for name, value in given.items())]
    cursor = str(start + size) if start + size < len(found) else ""
    return JSONResponse({"cursor": cursor, "runs": [run_view(run) for run in found[start : start + size]]})


async def _selection(request: Request) -> Callable[[Run], bool]:
    query = request.query_params
    names, prefix, label = set(query.getlist("workflowRunIds")), query.get("workflowUrl", ""), query.get("label", "")
    if body := await request.body():
        asked = _object(body)
        ids = asked.get("workflowRunIds")
        names = {str(name) for name in ids} if isinstance(ids, list) else set()
        prefix = str(asked.get("workflowUrl") or "")
    return lambda run: (
        (not names or run.id in names) and run.url.startswith(prefix) and (not label or label in run.labels)
    )


def _object(body: bytes) -> Mapping[str, object]:
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "the body must be a JSON object")
    return asked
