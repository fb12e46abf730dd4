"""The rule unnamed-step."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.names import place_of_name
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps
from lobegen.rules.base import Rule, spelled


class UnnamedStep(Rule):
    """A step without a name, or with something that is no text in its place.

    ## What it finds
    A step whose first argument is missing, an empty text, or surely no text: the step's function, a number, an object;
    a sleep with one argument, which takes its duration for the name.

    ## Why
    The SDK compares names at every replay and refuses a step without one: the request is answered 500 before the first
    step runs, and is retried until it is dead-lettered. In TypeScript, SDK 0.x only warns of a name that is no text: a
    sleep that is given its duration alone does not wait.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("", () => charge()); // error: [unnamed-step]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("charge", () => charge());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        await context.sleep("", 60)  # error: [unnamed-step]
        await context.run("charge", charge)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        await context.sleep("settle", 60)
        await context.run("charge", charge)
    ```

    ## What to do
    Give it a name that says what it does, as its first argument.
    """

    outranks = ("duplicate-step-name",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield steps whose name is missing, empty or no text."""
        for step in steps(endpoint.body):
            fault = {"missing": "no name", "other": "something else than a text for a name"}.get(step.name.kind)
            if step.name.literal == "":
                fault = "an empty name"
            if not fault:
                continue
            waits = step.name.kind == "other" and step.method in ("sleep", "sleep_until") and _only_warns(endpoint)
            result = "it does not wait" if waits else "the request is answered 500 and nothing runs"
            yield self.finding(
                step.span if step.name.kind == "missing" else place_of_name(step),
                f"`{spelled(step, endpoint.language)}` has {fault}: {result}",
                chain=step.chain,
                help="Give the step's name as the first argument.",
            )


def _only_warns(endpoint: Endpoint) -> bool:
    """Whether it runs under an SDK that lets names pass that are no texts."""
    return endpoint.language == "typescript" and endpoint.sdk is not None and endpoint.sdk.numbers < (1,)
