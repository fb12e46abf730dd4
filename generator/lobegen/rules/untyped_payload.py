"""The rule untyped-payload."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule

_SCRIPTS = (".js", ".mjs", ".cjs", ".jsx")


class UntypedPayload(Rule):
    """A handler reads its payload, and nothing says what is in it.

    ## What it finds
    A handler that reads the request payload where `serve` has no type argument and its context none either, and no
    schema or parser gives the payload a type: `serve(async (context) => …)` in TypeScript,
    `context: AsyncWorkflowContext` in Python. Handlers in JavaScript, and those whose payload goes straight into a
    function that checks it, are left alone.

    ## Why
    The payload is `unknown` or `any` to the type checker: a misspelt field, or one that the sender does not send, shows
    at run time only, after the run was started.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const { userId } = context.requestPayload as any; // info: [untyped-payload]
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow import AsyncWorkflowContext
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context: AsyncWorkflowContext) -> None:
        user_id = context.request_payload["userId"]  # info: [untyped-payload]
        await context.run("greet", lambda: print(user_id))
    ```

    ### Right (Python)
    ```py
    from typing import TypedDict

    from fastapi import FastAPI
    from upstash_workflow import AsyncWorkflowContext
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    class Greeting(TypedDict):
        userId: str


    @serve.post("/greet")
    async def greet_user(context: AsyncWorkflowContext[Greeting]) -> None:
        user_id = context.request_payload["userId"]
        await context.run("greet", lambda: print(user_id))
    ```

    ## What to do
    Name the type: `serve<Payload>(…)`, `AsyncWorkflowContext[Payload]` with a `TypedDict`.
    """

    severity = Severity.INFO

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the place where an untyped payload is read first."""
        payload = endpoint.payload
        spelling = "AsyncWorkflowContext[Payload]" if endpoint.language == "python" else "serve<Payload>(...)"
        typed = payload.typed or payload.validated or not endpoint.options.complete
        if typed or not payload.fields or endpoint.path.endswith(_SCRIPTS):
            return
        yield self.finding(
            payload.span,
            f"`{endpoint.name}` reads its payload ({_named(list(payload.fields))}), and no type says what is in it",
            help=f"Name the type: `{spelling}`.",
        )


def _named(fields: list[str]) -> str:
    return ", ".join(f"`{name}`" for name in fields[:3]) + (", …" if len(fields) > 3 else "")
