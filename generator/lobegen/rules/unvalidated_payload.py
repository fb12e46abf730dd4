"""The rule unvalidated-payload."""

from collections.abc import Iterator

from lobegen.model.actions import Demand
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, PayloadField, Project
from lobegen.model.walk import walk
from lobegen.rules.base import Rule


class UnvalidatedPayload(Rule):
    """A required payload field is used and nothing looks at it first.

    ## What it finds
    A field of the request payload that its type calls required, or of which nothing is known, that is used with no
    guard on the way: no check of the field or of the whole payload (in a first step counts), no default, no schema,
    parser or normaliser. Workflows that are only invoked by a typed parent are left alone. In a workflow of three
    layers this is a warning; elsewhere you are told, since most handlers check nothing.

    ## Why
    Payloads come from outside: a hand-made request, an old trigger that is still in the queue, a renamed field. An
    `undefined` id runs through every step before it hurts, or fails a step again and again until it is dead-lettered.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload; // info: [unvalidated-payload]
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { WorkflowNonRetryableError } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      if (!userId) throw new WorkflowNonRetryableError("Missing userId");
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        user_id = context.request_payload["userId"]  # info: [unvalidated-payload]
        await context.run("greet", lambda: greet(user_id))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from pydantic import BaseModel
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    class GreetPayload(BaseModel):
        userId: str


    @serve.post("/greet")
    async def greet_user(context):
        def checked():
            return GreetPayload.model_validate(context.request_payload).model_dump()

        payload = await context.run("check payload", checked)
        await context.run("greet", lambda: greet(payload["userId"]))
    ```

    ## What to do
    Check the payload inside a first step, or with a schema. In TypeScript, `throw new WorkflowNonRetryableError(...)`
    ends a bad run at once.
    """

    severity = Severity.INFO
    varies = "warning in workflows of three layers and under guide"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield one finding for all unchecked fields of the endpoint."""
        payload = endpoint.payload
        if payload.validated or not payload.readable or endpoint.invoked_only:
            return
        bare = [field for field in payload.fields.values() if field.required and field.used and not field.checked]
        if not bare:
            return
        bare.sort(key=lambda field: (field.first.path, field.first.start))
        names = ", ".join(f"`{field.name}`" for field in bare)
        workflow = project.workflow_of(endpoint)
        layered = bool(workflow and workflow.layers)
        yield self.finding(
            bare[0].first,
            f"`{endpoint.name}` uses {names} of its payload unchecked: {_becomes(endpoint, bare)}",
            severity=Severity.WARNING if layered else Severity.INFO,
            profile="layers" if layered else "core",
            guide_severity=Severity.WARNING,
            related=tuple(Related(field.first, f"`{field.name}` is read here") for field in bare[1:]),
            help="Check it in a first step, or validate the payload with a schema.",
        )


def _becomes(endpoint: Endpoint, bare: list[PayloadField]) -> str:
    """What a payload without the fields does; Python's `payload["x"]` fails where it is read."""
    demanded = {node.field for node in walk(endpoint.body) if isinstance(node, Demand)}
    failing = [field.name in demanded for field in bare]
    if all(failing):
        return "without it every request fails with a KeyError and is retried"
    if any(failing):
        return "without them a request fails with a KeyError, or gets through to the steps"
    return "a payload without it gets through to the steps"
