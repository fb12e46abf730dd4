"""`/v2/workflows/runs` and the logs."""

import json

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Route, page_size, page_start
from lobegen.qstash.routes.selection import Filters, given
from lobegen.qstash.runs.run import Run
from lobegen.qstash.views.logs import run_view

_FILTERS: Filters[Run] = Filters(
    {
        "workflowRunId": lambda run: [run.id],
        "state": lambda run: [str(run.state)],
        "workflowUrl": lambda run: [run.url],
        "workflowCreatedAt": lambda run: [str(run.created_at)],
        "label": lambda run: run.labels,
        "flowControlKey": lambda run: [run.trigger.get("upstash-flow-control-key", "")],
        "callerIp": lambda run: ["127.0.0.1"],
    },
    lambda run: run.created_at,
)


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
    """`client.cancel`: SDK 0.2 sends a JSON body, 1.x a query; of several filters all must fit."""
    query = request.query_params
    names, prefix = given(query, "workflowRunIds"), query.get("workflowUrl", "")
    exactly = query.get("workflowUrlExactMatch", "").lower() == "true"
    if body := await request.body():
        names, prefix = _selection(body)
    rest = QueryParams([(name, value) for name, value in query.multi_items() if name != "workflowUrl"])
    chosen = [
        run
        for run in _FILTERS.select(context.engine.runs.values(), rest)
        if run.is_open
        and (not names or run.id in names)
        and (run.url == prefix if exactly else run.url.startswith(prefix))
    ]
    count = context.engine.cancel(chosen[: page_size(request, default=len(chosen) or 1)])
    context.poke()
    return JSONResponse({"cancelled": count})


async def logs(context: Context, request: Request) -> Response:
    """Runs, the newest first, with their steps."""
    start, size = page_start(request), page_size(request)
    found = _FILTERS.select(reversed(context.engine.runs.values()), request.query_params)
    cursor = str(start + size) if start + size < len(found) else ""
    return JSONResponse({"cursor": cursor, "runs": [run_view(run) for run in found[start : start + size]]})


def _selection(body: bytes) -> tuple[set[str], str]:
    """Run ids, and how URLs begin, in the body of SDK 0.2."""
    try:
        asked = json.loads(body)
    except ValueError:
        asked = None
    if not isinstance(asked, dict):
        raise Refused(400, "the body must be a JSON object")
    ids = asked.get("workflowRunIds")
    return {str(name) for name in ids} if isinstance(ids, list) else set(), str(asked.get("workflowUrl") or "")


ROUTES: tuple[Route, ...] = (
    ("GET", "/v2/workflows/runs/{run_id}", fetch),
    ("DELETE", "/v2/workflows/runs/{run_id}", end),
    ("DELETE", "/v2/workflows/runs", cancel),
    ("GET", "/v2/workflows/events", logs),
    ("GET", "/v2/workflows/logs", logs),
)
