"""The rule payload-mutation."""

from collections.abc import Iterator

from lobegen.model.actions import Assign
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled


class PayloadMutation(Rule):
    """The request payload is changed.

    ## What it finds
    A write to the request payload or a part of it: an attribute or item, `push`, `append` and their like, `delete`,
    `Object.assign`; also under another name. A warning where a step writes and something outside of that step reads
    it. Any other write is a note: outside of steps it is done again at every invocation, and within one step it
    stays there. What a schema or parser made of the payload, and copies of it, may be changed.

    ## Why
    Every invocation gets the payload as the run was started with. What a step wrote into it is gone after the step,
    and the code that follows works on the old values.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string; name?: string }>(async (context) => {
      const payload = context.requestPayload;
      await context.run("load name", async () => {
        payload.name = await loadName(payload.userId); // warning: [payload-mutation]
      });
      await context.run("greet", () => greet(payload.name));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      const name = await context.run("load name", () => loadName(userId));
      await context.run("greet", () => greet(name));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        payload = context.request_payload

        async def load_name():
            payload["name"] = "Ada"  # warning: [payload-mutation]

        await context.run("load name", load_name)
        await context.run("greet", lambda: print(payload["name"]))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        async def load_name():
            return "Ada"

        name = await context.run("load name", load_name)
        await context.run("greet", lambda: print(name))
    ```

    ## What to do
    Return the value from the step, or write it into a copy of the payload.
    """

    severity = Severity.WARNING
    varies = "info where nothing is lost: outside of steps, or read within the same step only"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every write to the payload."""
        lost = set()
        for step in steps(endpoint.body):
            for loss in step.losses:
                if loss.payload:
                    lost.add(loss.span)
                    yield self.finding(
                        loss.span,
                        f"the step `{spelled(step, endpoint.language)}` writes `{loss.name}` into the request payload:"
                        f" the next invocation has the payload as it was sent, and line {loss.read.line} reads that",
                        related=(Related(loss.read, "read here, without the change"),),
                        chain=loss.chain,
                        help="Return the value from the step and take it from the step's result.",
                    )
        for node in walk(endpoint.body, callbacks=True):
            if isinstance(node, Assign) and node.scope == "payload" and node.span not in lost:
                yield self.finding(
                    node.span,
                    f"`{node.name}` changes the request payload: every invocation gets it again as it was sent",
                    severity=Severity.INFO,
                    help="Change a copy of it.",
                )
