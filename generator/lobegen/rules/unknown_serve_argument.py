"""The rule unknown-serve-argument."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule

#: keyword arguments of upstash-workflow 2.0; source: its fastapi.py, flask.py, serve/serve.py
_KNOWN = frozenset({"qstash_client", "initial_payload_parser", "receiver", "base_url", "env", "retries", "url",
                    "failure_function", "failure_url"})  # fmt: skip
_DECORATORS = {"post": "async", "route": "sync"}


class UnknownServeArgument(Rule):
    """An argument, or a kind of function, that the Python SDK's `serve` does not take.

    ## What it finds
    A keyword argument of `Serve(app).post`, Flask's `Serve(app).route`, `serve` or `async_serve` that
    `upstash-workflow` does not have (`flow_control`, `retry_delay`, `failureUrl`, `schema`, …); a `def` function under
    FastAPI's `post`, and an `async def` function under Flask's `route`.

    ## Why
    The decorator raises while the module is imported, a `TypeError` for the argument and a `ValueError` for the
    function: the application does not start.

    ## Examples
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order", flow_control={"key": "order", "parallelism": 1})  # error: [unknown-serve-argument]
    async def order(context):
        await context.run("reserve", reserve)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    from app.runtime import limited

    serve = Serve(FastAPI())


    @serve.post("/order", qstash_client=limited("order", parallelism=1))
    async def order(context):
        await context.run("reserve", reserve)
    ```
    """

    languages = ("python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield arguments and functions that make the import fail."""
        kind = _DECORATORS.get(endpoint.served_by)
        known = _KNOWN | ({"path"} if kind else {"route_function", "redact"})
        for name, setting in endpoint.options.items.items():
            if name in known or "." in name:
                continue
            yield self.finding(
                setting.span,
                f"`{endpoint.served_by}` of upstash-workflow takes no `{name}`: the application fails when it starts",
                help=_help(name, known),
            )
        if kind == "async" and not endpoint.is_async:
            yield self.finding(
                endpoint.handler,
                f"`{endpoint.name}` is no `async def`, which FastAPI's `post` demands:"
                " the application fails when it starts",
                help="Make it `async def` and await its steps.",
            )
        if kind == "sync" and endpoint.is_async:
            yield self.finding(
                endpoint.handler,
                f"`{endpoint.name}` is an `async def`, which Flask's `route` refuses:"
                " the application fails when it starts",
                help="Make it `def`; the steps of Flask's context are called without await.",
            )


def _help(name: str, known: frozenset[str]) -> str:
    if name in ("flow_control", "flowControl"):
        return "Give a `qstash_client` that adds the flow-control headers to every message (`lobegen new` writes one)."
    from difflib import get_close_matches  # imported for a mistake only

    snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name)
    near = get_close_matches(snake, sorted(known), n=1, cutoff=0.7)
    return (f"Did you mean `{near[0]}`? " if near else "") + f"It takes {', '.join(sorted(known))}."
