"""The rule unstable-step-name."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related
from lobegen.model.names import place_of_name
from lobegen.model.project import Endpoint, Project
from lobegen.model.replay import CHANGES, change_in
from lobegen.model.values import Hole
from lobegen.model.walk import steps
from lobegen.rules.base import Rule


class UnstableStepName(Rule):
    """A step name that is different at each invocation.

    ## What it finds
    A name built from the clock, from randomness, or from state that changes between invocations: something read outside
    a step, a counter kept outside the handler. In Python also `hash()` and `id()`, and what is taken from a set by its
    order (`list({...})[0]`, `"-".join(names)`). Ids from the payload or from a step's result are fine.

    ## Why
    The handler runs again for every step, and the SDK compares the names it meets with those that it remembers. A name
    that changed is answered 500 "Incompatible step name", retried, and dead-lettered, even with a single step.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run(`report-${Date.now()}`, () => report()); // error: [unstable-step-name]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ day: string }>(async (context) => {
      await context.run(`report-${context.requestPayload.day}`, () => report());
    });
    ```

    ### Wrong (Python)
    ```py
    import uuid

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/report")
    async def report(context):
        await context.run(f"report-{uuid.uuid4()}", write_report)  # error: [unstable-step-name]
    ```

    ### Right (Python)
    ```py
    import uuid

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/report")
    async def report(context):
        report_id = await context.run("new id", lambda: str(uuid.uuid4()))
        await context.run(f"report-{report_id}", write_report)
    ```

    ## What to do
    Build the name from the payload, or make the value in a step and use its result.
    """

    outranks = ("duplicate-step-name", "nondeterminism-outside-step")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield steps with a hole in their name that changes between invocations."""
        for step in steps(endpoint.body):
            for hole in (part for part in step.name.parts if isinstance(part, Hole)):
                origin = change_in(hole.flow)
                if origin is None:
                    continue
                yield self.finding(
                    place_of_name(step),
                    f"the step name `{step.name.pattern}` holds {CHANGES[origin]}: every replay fails with"
                    ' "Incompatible step name"',
                    related=tuple(Related(cause, "it comes from here") for cause in hole.flow.causes),
                    chain=step.chain,
                    help="Build the name from the payload, or from a step's result.",
                    causes=hole.flow.causes,
                )
                break
