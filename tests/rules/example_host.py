"""Serves one example of a rule's page at a time, with the real SDK for Python; prints its address.

POST /__load  {source, earlier, deploy, …}: as for `example_host.mts`; answers with the path of the workflow
GET  /__works/…, /__fails/…  what a third party answers
POST /__start {name, arguments}: calls a function of the example
GET  /__done  what was done since the last load: how often the handler began, and the calls of open names
ANY  other    the example
"""

import asyncio
import builtins
import datetime
import json
import os
import re
import socket
import sys
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import upstash_workflow.fastapi
import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from starlette.types import Receive, Scope, Send
from upstash_workflow.fastapi import Serve

real_datetime = datetime.datetime
state: dict[str, Any] = {"apps": [], "began": 0, "calls": [], "hours": [], "space": {}}
apps: list[FastAPI] = []


class Clock(real_datetime):
    """What time it is depends on how often the handler began."""

    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:  # type: ignore[override]
        hours = state["hours"]
        return real_datetime(2026, 1, 1, hours[max(0, min(state["began"], len(hours)) - 1)], tzinfo=tz)


def note(name: str, args: tuple[object, ...]) -> None:
    state["calls"].append({"name": name, "args": [shown(each) for each in args]})


def shown(value: object) -> str:
    if isinstance(value, BaseException):
        return type(value).__name__
    return value if isinstance(value, str) else repr(value)


def work(name: str, value: object) -> Callable[..., Any]:
    """A function that stands for work: notes that it was called and gives what it is told to."""

    async def done(*args: object) -> object:
        note(name, args)
        await asyncio.sleep(0)
        return value["pages"][str(args[0] or "")] if isinstance(value, dict) and "pages" in value else value

    return done


def stub(name: str, value: object) -> object:
    """What an open name is: a constant, an id made of what it is for, or a function that stands for work."""
    match value:
        case {"constant": constant}:
            return constant
        case {"id": _}:
            return lambda *args: re.sub(r"\W+", "-", json.dumps(args))
        case _:
            return work(name, value)


def posted(*args: object) -> object:
    note("requests.post", args)
    return SimpleNamespace(status_code=200)


def began() -> None:
    state["began"] += 1


def load(
    source: str,
    names: list[str],
    values: dict[str, object],
    hours: list[int],
    environment: dict[str, str],
    earlier: str = "",
    deploy: int = 0,
    **others: object,
) -> str:
    os.environ |= environment
    requests = ModuleType("requests")
    requests.post = posted  # type: ignore[attr-defined]
    sys.modules["requests"] = requests
    datetime.datetime = Clock if hours else real_datetime  # type: ignore[misc]
    state.update(apps=[], began=0, calls=[], hours=hours)
    stubs = {name: stub(name, values.get(name, name)) for name in names if not hasattr(builtins, name)}
    apps = [served(earlier, stubs)] * deploy if earlier else []
    state["apps"] = [*apps, served(source, stubs)]
    return next(route.path for route in state["apps"][-1].routes if "POST" in getattr(route, "methods", ()))


def served(source: str, stubs: dict[str, Any]) -> FastAPI:
    """The application of an example."""
    state["space"] = space = {
        **stubs,
        "__began": began,
        "print": lambda *args: note("print", args),
        "__name__": "example",
    }
    exec(compile(source, "example.py", "exec"), space)
    return apps[-1]


class Serving(Serve):
    """Tells which application it serves."""

    def __init__(self, app: FastAPI) -> None:
        super().__init__(app)
        apps.append(app)


upstash_workflow.fastapi.Serve = Serving  # type: ignore[misc]


async def control(request: Request) -> Response:
    if request.url.path.startswith("/__works"):
        return JSONResponse({"name": "Ada"})
    if request.url.path.startswith("/__fails"):
        return JSONResponse({"error": "out of order"}, status_code=500)
    asked = json.loads(await request.body() or b"{}")
    if request.url.path == "/__done":
        return JSONResponse({"began": state["began"], "calls": state["calls"]})
    if request.url.path == "/__start":
        await state["space"][asked["name"]](*asked["arguments"])
        return JSONResponse({})
    try:
        return JSONResponse({"path": load(**asked)})
    except Exception as error:
        return JSONResponse({"error": f"{type(error).__name__}: {error}"}, status_code=599)


own = FastAPI(openapi_url=None)
own.add_route("/{path:path}", control, methods=["GET", "POST"])


async def host(scope: Scope, receive: Receive, send: Send) -> None:
    apps = state["apps"]
    app = own if scope["path"].startswith("/__") else apps.pop(0) if len(apps) > 1 else apps[0]
    await app(scope, receive, send)


if __name__ == "__main__":
    listener = socket.create_server(("127.0.0.1", 0))
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    server = uvicorn.Server(uvicorn.Config(host, log_level="critical", lifespan="off"))
    asyncio.run(server.serve(sockets=[listener]))
