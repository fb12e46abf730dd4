"""The rule promise-race."""

from collections.abc import Iterator

from lobegen.model.body import Loop, Parallel
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled

_CALLS = {"race": "`Promise.race`", "any": "`Promise.any`", "wait_first": "`asyncio.wait(FIRST_COMPLETED)`"}
_OUTCOMES = {
    "race": "the steps that lose run all the same, and the first in the list wins when several are remembered",
    "any": "it takes the aborts that end a request for failures, and is answered 500 AggregateError",
    "wait_first": "the Python SDK has no parallel steps, and it is answered 500",
}


class PromiseRace(Rule):
    """Steps race each other.

    ## What it finds
    `Promise.race` and `Promise.any` over steps, or over a step and something else such as a timer; the steps may have
    been started and stored before. In Python, `asyncio.wait` over steps with `return_when=FIRST_COMPLETED`. A race
    inside a step's function, over anything but steps, is fine.

    ## Why
    A step does not settle in the request that runs it: it throws the SDK's abort, and has its result in a later
    request. `Promise.any` collects these aborts and fails with an AggregateError. Under `Promise.race` nothing is
    cancelled: the losing steps run too, and a replay that remembers several results takes the one listed first,
    whichever was first. A timer beside a step starts anew at every request. Python's SDK runs no steps side by side.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const quote = await Promise.any([ // error: [promise-race]
        context.run("quote a", () => quoteA()),
        context.run("quote b", () => quoteB()),
      ]);
      await context.run("order", () => order(quote));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const quote = await context.run("first quote", () => Promise.any([quoteA(), quoteB()]));
      await context.run("order", () => order(quote));
    });
    ```

    ### Wrong (Python)
    ```py
    import asyncio

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/quote")
    async def quote(context):
        first = asyncio.create_task(context.run("quote a", quote_a))
        second = asyncio.create_task(context.run("quote b", quote_b))
        await asyncio.wait([first, second], return_when=asyncio.FIRST_COMPLETED)  # error: [promise-race]
    ```

    ### Right (Python)
    ```py
    import asyncio

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/quote")
    async def quote(context):
        async def first_quote():
            tasks = [asyncio.create_task(quote_a()), asyncio.create_task(quote_b())]
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return done.pop().result()

        await context.run("first quote", first_quote)
    ```

    ## What to do
    Race inside one step, over calls that are no steps. To limit how long something takes, use the timeout that the
    step has (`context.call`, `context.waitForEvent`).
    """

    varies = "warning for `Promise.race`"
    outranks = ("parallel-step-in-python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every race that steps take part in."""
        loops = [node for node in walk(endpoint.body) if isinstance(node, Loop)]
        for node in walk(endpoint.body):
            if not isinstance(node, Parallel) or node.kind not in _CALLS:
                continue
            racing = [*node.stored, *(step for branch in node.branches for step in steps(branch))]
            around = [loop for loop in loops if all(inner is not node for inner in walk(loop.body))]
            several = len(node.branches) > 1 or len(racing) > 1
            if racing and (several or any(racing[0] is step for loop in around for step in steps(loop.body))):
                yield self.finding(
                    node.span,
                    f"`{spelled(racing[0], endpoint.language)}` is in a race by {_CALLS[node.kind]}:"
                    f" {_OUTCOMES[node.kind]}",
                    severity=Severity.WARNING if node.kind == "race" else Severity.ERROR,
                    related=tuple(Related(step.span, "a step that takes part") for step in racing[:3]),
                    chain=node.chain,
                    help="Race inside one step's function, over calls that are no steps.",
                )
