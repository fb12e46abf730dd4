"""What the page asks for: JSON about runs, and a stream that says when something has changed."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response, StreamingResponse

from lobegen.qstash.clock import VirtualClock
from lobegen.qstash.message import DeliveryRecord
from lobegen.qstash.page.assets import assets
from lobegen.qstash.page.graph import Graph
from lobegen.qstash.page.rows import Filter, Rows
from lobegen.qstash.publishing.headers import canonical
from lobegen.qstash.refusal import Refused
from lobegen.qstash.routes.context import Context, Handler
from lobegen.qstash.runs.lineage import Evidence
from lobegen.qstash.runs.run import Run
from lobegen.qstash.scheduler import Scheduler

#: Real seconds between two looks for changes, and looks between two signs of life
_PAUSE, _QUIET = 0.25, 40
#: A pause is so many times as long as the count before it: there may be very many runs
_SHARE = 50
_NO_STORE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
_MOST_ROWS = 200
_LONGEST_BODY = 20_000


class PageRoutes:
    """The handlers; they read and never change anything.

    Args:
        context: The engine.
        scheduler: Knows when something may have changed.
        is_stopping: Whether the server wants to end: a stream must not hold it.
        token: What the page need not ask for, since everybody knows it; empty when it must.
    """

    def __init__(self, context: Context, scheduler: Scheduler, is_stopping: Callable[[], bool], token: str) -> None:
        self._token = token
        self._engine = context.engine
        self._scheduler = scheduler
        self._is_stopping = is_stopping
        self._rows = Rows(context.engine)

    def table(self) -> tuple[tuple[str, str, Handler], ...]:
        """Method, path and handler of each."""
        return (
            ("GET", "/ui/api/changes", self.changes),
            ("GET", "/ui/api/runs", self.runs),
            ("GET", "/ui/api/runs/{run_id}", self.run),
            ("GET", "/ui/api/runs/{run_id}/entries/{position:int}", self.entry),
            ("GET", "/ui/api/runs/{run_id}/deliveries", self.deliveries),
            ("GET", "/ui/api/runs/{run_id}/tree", self.tree),
            ("GET", "/ui/api/runs/{run_id}/children", self.children),
        )

    async def front(self, request: Request) -> Response:
        """The page for browsers, a word for everybody else."""
        if "text/html" in request.headers.get("accept", ""):
            return assets(self._token)["index.html"].answer(request)
        return PlainTextResponse("The local QStash of lobegen is running.\n", headers={"Vary": "Accept"})

    async def asset(self, request: Request) -> Response:
        """A script or the style of the page."""
        found = assets(self._token).get(request.path_params["name"])
        return found.answer(request) if found else PlainTextResponse("not found\n", 404)

    async def changes(self, _: Context, request: Request) -> Response:
        """Server-sent events: the summary, whenever something may have changed, four times a second at most."""
        return StreamingResponse(self._changes(), media_type="text/event-stream", headers=_NO_STORE)

    async def runs(self, _: Context, request: Request) -> Response:
        """Lines of the list."""
        query = request.query_params
        before = number(request, "before", -1)
        wanted = Filter(query.get("state", ""), query.get("text", ""))
        return answer(self._rows.page(None if before < 0 else before, size_of(request), wanted))

    async def run(self, _: Context, request: Request) -> Response:
        """A run and the graph of its steps."""
        run = self._find(request)
        origin = self._engine.lineage.origin(run.id)
        named = [self._engine.lineage.origin(child) for child in self._engine.lineage.children(run.id)]
        starts = Counter(each.position for each in named if each.evidence is Evidence.NAMED)
        view = self._rows.row(run) | {
            "payload": len(run.payload),
            "response": run.response if run.response is None else run.response[:_LONGEST_BODY],
            "letter": run.dead_letter if run.dead_letter in self._engine.dead_letters else "",
            "resumedAs": run.resumed_as,
            "failureFunction": None if run.failure_function is None else str(run.failure_function),
            "origin": {"step": self._step(origin.parent, origin.position), "candidates": origin.candidates},
            "ancestors": self._rows.ancestors(run)[:1],
            "retries": run.trigger.get("upstash-retries", ""),
            "flowKey": run.trigger.get("upstash-flow-control-key", ""),
            "flowValue": run.trigger.get("upstash-flow-control-value", ""),
            "groups": Graph(self._engine, run).read(),
            "starts": starts,
            "faults": [fault.view() for fault in run.faults],
        }
        return answer(view)

    async def entry(self, _: Context, request: Request) -> Response:
        """The body of an entry as text: a payload, or a step with its result."""
        run, position = self._find(request), int(request.path_params["position"])
        if position >= len(run.entries):
            raise Refused(404, f"{run.id} has no entry {position}")
        return answer({"body": run.entries[position].body.decode("utf-8", "replace")})

    async def deliveries(self, _: Context, request: Request) -> Response:
        """What was delivered for the run and is remembered in full, and how often in all."""
        run = self._find(request)
        found = [record for record in self._engine.history if record.run_id == run.id]
        return answer({"deliveries": [_delivery(record) for record in found[-_MOST_ROWS:]], "all": len(run.deliveries)})

    async def tree(self, _: Context, request: Request) -> Response:
        """The root of the run's tree, the way to the run, and the numbers of the whole."""
        run = self._find(request)
        way = [*self._rows.ancestors(run), run.id]
        root = self._engine.runs[way[0]]
        return answer({"root": self._row(root), "way": way, "layers": self._rows.layers(root.id)})

    async def children(self, _: Context, request: Request) -> Response:
        """The runs that come from a run."""
        run = self._find(request)
        ids = self._engine.lineage.children(run.id)
        start = max(0, number(request, "start", 0))
        shown = [self._engine.runs[each] for each in ids[start : start + size_of(request)] if each in self._engine.runs]
        return answer({"runs": [self._row(each) for each in shown], "all": len(ids)})

    async def _changes(self) -> AsyncIterator[str]:
        seen, quiet, pause = -1, 0, _PAUSE
        while not self._is_stopping():
            quiet += 1
            if seen != self._scheduler.turns:
                seen, quiet = self._scheduler.turns, 0
                began = time.perf_counter()
                summary = self._rows.summary() | self._pace()
                pause = max(_PAUSE, _SHARE * (time.perf_counter() - began))
                yield f"data: {json.dumps(summary)}\n\n"
            elif quiet % _QUIET == 0:
                yield ": still here\n\n"
            await asyncio.sleep(pause)

    def _pace(self) -> dict[str, object]:
        clock = self._engine.clock
        return {"speed": 0 if isinstance(clock, VirtualClock) else getattr(clock, "speed", 1)}

    def _find(self, request: Request) -> Run:
        run = self._engine.runs.get(request.path_params["run_id"])
        if run is None:
            raise Refused(404, f"there is no run {request.path_params['run_id']}")
        return run

    def _row(self, run: Run) -> dict[str, object]:
        origin = self._engine.lineage.origin(run.id)
        return self._rows.row(run) | {"step": self._step(origin.parent, origin.position)}

    def _step(self, run_id: str, position: int) -> str:
        run = self._engine.runs.get(run_id)
        return run.step_name(position) if run is not None and 0 < position < len(run.entries) else ""


def answer(content: object) -> Response:
    """JSON that no browser keeps."""
    return JSONResponse(content, headers=_NO_STORE)


def number(request: Request, name: str, default: int) -> int:
    """A whole number of the query.

    Raises:
        Refused: 400 when it is none.
    """
    text = request.query_params.get(name, str(default))
    try:
        return int(text)
    except ValueError:
        raise Refused(400, f"{name} must be a whole number, not {text!r}") from None


def size_of(request: Request) -> int:
    """How many lines are asked for."""
    return min(_MOST_ROWS, max(1, number(request, "count", 50)))


def _delivery(record: DeliveryRecord) -> dict[str, object]:
    return {
        "messageId": record.message_id,
        "url": record.url,
        "callType": record.call_type,
        "step": record.step,
        "entries": record.entries,
        "status": record.status,
        "retried": record.retried,
        "started": record.started_at,
        "finished": record.finished_at,
        "flow": record.flow_control.key if record.flow_control else "",
        "error": record.error,
        "faults": record.faults,
        "headers": canonical(record.headers),
        "answerHeaders": canonical(record.response_headers),
        "answer": record.response_body[:_LONGEST_BODY].decode("utf-8", "replace"),
    }
