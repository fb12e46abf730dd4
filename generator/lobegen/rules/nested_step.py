"""The rule nested-step."""

from collections.abc import Iterator

from lobegen.model.body import Step
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Span
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, counted, spelled

Chain = tuple[CallSite, ...]


class NestedStep(Rule):
    """A step inside the function of another step.

    ## What it finds
    `context.run`, `context.sleep` or any other step method that is called while another step's function runs, in the
    function itself or in a helper that it calls with the context.

    ## Why
    Called at once, the inner step is refused with 500 "A step can not be run inside another step" (Python's SDK says,
    misleadingly, "Running parallel steps is not yet available"). Called after an `await`, TypeScript's SDK does not see
    it: the inner step is recorded as one of the handler, and the next replay fails with "Incompatible step name".

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("order", async () => {
        await reserve();
        await context.sleep("settle", 10); // error: [nested-step]
        await charge();
      });
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
      await context.sleep("settle", 10);
      await context.run("charge", () => charge());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        async def place_order():
            await reserve()
            await context.sleep("settle", 10)  # error: [nested-step]
            await charge()

        await context.run("order", place_order)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
        await context.sleep("settle", 10)
        await context.run("charge", charge)
    ```

    ## What to do
    Keep steps flat: one after the other in the handler. What a step's function needs, give it as a value.
    """

    outranks = ("unawaited-step",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every step that another step's function makes."""
        for outer in steps(endpoint.body):
            inside = walk(outer.callback or (), callbacks=True)
            found: dict[tuple[Span, Chain], list[Step]] = {}
            for inner in (node for node in inside if isinstance(node, Step)):
                found.setdefault(_place(outer, inner), []).append(inner)
            for (place, chain), inners in found.items():
                named = f"`{spelled(inners[0], endpoint.language)}`"
                rest = f" and {counted(len(inners) - 1, 'more step')} run" if len(inners) > 1 else " runs"
                others = [Related(inner.span, "the step inside") for inner in inners if inner.span != place]
                yield self.finding(
                    place,
                    f"{named}{rest} inside `{spelled(outer, endpoint.language)}`: refused at once, or the next replay"
                    " fails",
                    related=(Related(outer.span, "the step around it"), *others),
                    chain=chain,
                    help="Make it a step of its own, before or after.",
                )


def _place(outer: Step, inner: Step) -> tuple[Span, Chain]:
    """Where the outer step's function makes the inner one: itself, or the call of the helper that does."""
    depth = len(outer.chain)
    if len(inner.chain) > depth and inner.chain[depth].span in (outer.span, outer.function):
        depth += 1  # the call of the outer step's function, which is named in it
    return (inner.chain[depth].span if len(inner.chain) > depth else inner.span), inner.chain[:depth]
