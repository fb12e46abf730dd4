"""The rule unawaited-step."""

from collections.abc import Iterator

from lobegen.model.actions import Step
from lobegen.model.body import Block, Parallel
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import children
from lobegen.rules.base import Rule, spelled


class UnawaitedStep(Rule):
    """A step whose promise or coroutine is dropped.

    ## What it finds
    A step that is neither awaited, returned nor collected: a bare `context.run(...)`, one with `void` before it, one in
    `forEach(async ...)`, one stored in a variable that nobody awaits. Promises that are stored and awaited later, or
    collected by `Promise.all`, are fine.

    ## Why
    In Python the coroutine never runs, silently. In TypeScript the step turns into a parallel one by accident: it may
    run, but as the last one it is lost, as the only one the request is answered 400, and its abort is an unhandled
    rejection, which ends a Node process.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("charge", () => charge());
      context.run("send receipt", () => sendReceipt()); // error: [unawaited-step]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("charge", () => charge());
      await context.run("send receipt", () => sendReceipt());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        await context.run("charge", charge)
        context.run("send receipt", send_receipt)  # error: [unawaited-step]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        await context.run("charge", charge)
        await context.run("send receipt", send_receipt)
    ```

    ## What to do
    `await` it. To run steps side by side in TypeScript, await them together with `Promise.all`.
    """

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every step whose result nothing waits for."""
        outcome = (
            "its coroutine never runs"
            if endpoint.language == "python"
            else "it becomes a parallel step by accident, and is lost when it comes last"
        )
        for step in _own_steps(endpoint.body, python=endpoint.language == "python"):
            if step.use in ("floating", "stored", "void"):
                yield self.finding(
                    step.span,
                    f"nothing awaits `{spelled(step, endpoint.language)}`: {outcome}",
                    chain=step.chain,
                    help="Put `await` before it."
                    if step.use != "stored"
                    else "Await the variable that holds it, or await the step itself.",
                )


def _own_steps(block: Block, *, python: bool) -> Iterator[Step]:
    """Steps outside Python's combinators: those are no parallel steps whether they are awaited or not."""
    for node in block:
        if isinstance(node, Step):
            yield node
        elif not (python and isinstance(node, Parallel)):
            for inner in children(node):
                yield from _own_steps(inner, python=python)
