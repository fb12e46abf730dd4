"""The rule unbounded-fan-out."""

from collections.abc import Iterator

from lobegen.model.fan_out import Repeated, most_repeated, unbounded
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.limits import MOST_STEPS
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.walk import steps
from lobegen.rules.base import Rule, hides_code, spelled


class UnboundedFanOut(Rule):
    """A run that makes more steps than a run may have.

    ## What it finds
    Loops whose literal sizes let one run make more than 1,000 steps, everywhere. In the entry point of a three-layer
    workflow also a step for each item of a list that a step found, where nothing says how many there may be: no chunks,
    no page, no limit in the query or its arguments.

    ## Why
    A run has at most 1,000 steps, on every plan: the next one is refused and the run fails, with part of its work done.
    Every step also sends all earlier results along again, so the cost of a run grows with the square of its steps.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      for (let day = 0; day < 365; day++) { // warning: [unbounded-fan-out]
        await context.run(`greet:${day}`, () => greet(day));
        await context.run(`count:${day}`, () => count(day));
        await context.sleep(`wait:${day}`, "1d");
      }
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      for (let day = 0; day < 30; day++) {
        await context.run(`greet:${day}`, () => greet(day));
        await context.run(`count:${day}`, () => count(day));
        await context.sleep(`wait:${day}`, "1d");
      }
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/year")
    async def year(context):
        for day in range(365):  # warning: [unbounded-fan-out]
            await context.run(f"greet:{day}", lambda day=day: greet(day))
            await context.run(f"count:{day}", lambda day=day: count(day))
            await context.sleep(f"wait:{day}", "1d")
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/month")
    async def month(context):
        for day in range(30):
            await context.run(f"greet:{day}", lambda day=day: greet(day))
            await context.run(f"count:{day}", lambda day=day: count(day))
            await context.sleep(f"wait:{day}", "1d")
    ```
    """

    severity = Severity.WARNING
    varies = "a list of unknown length only in workflows of three layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the loops that can make too many steps."""
        found = most_repeated(endpoint.body, MOST_STEPS)
        if found is not None:
            yield self.finding(
                found.loop.span,
                f"{_who(found)} {found.rounds:,} steps, and a run has at most {MOST_STEPS:,}: it fails there",
                related=(Related(found.step.span, "the first step of each round"),),
                chain=found.step.chain,
                help="Let one step work on many items, or give each chunk a run of its own.",
            )
        if project.layer_of(endpoint) is not Layer.ENTRY or hides_code(endpoint, project):
            return
        for loop, step in unbounded(endpoint.body):
            made = "steps" if len(list(steps(loop.body))) > 1 else "a step"
            yield self.finding(
                loop.over or loop.span,
                f"`{endpoint.name}` makes {made} per item of a list that may be of any length"
                f" ({spelled(step, endpoint.language)}): past {MOST_STEPS:,} steps the run fails",
                profile="layers",
                related=(Related(step.span, "the step that it makes"),),
                chain=step.chain,
                help="Hand the list on in chunks, or page through it inside of steps.",
            )


def _who(found: Repeated) -> str:
    return "this loop can make" if found.alone else "this loop and the rest of the run can make"
