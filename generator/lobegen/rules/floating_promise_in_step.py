"""The rule floating-promise-in-step."""

from collections.abc import Iterator

from lobegen.model.actions import Floating
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled


class FloatingPromiseInStep(Rule):
    """A promise is dropped inside a step.

    ## What it finds
    Inside a step's function, or a helper that it calls, a call of a function known to be async whose promise nobody
    takes: neither awaited, returned, nor kept. Known are async functions of the project and the calls of well-known
    clients (`fetch`, databases, mail). So are `forEach(async ...)`, a `Promise.all(...)` that is not awaited, and a
    chain that ends in `.then(...)`. `void work()` says that it is meant; so does a `.catch(...)` that takes the
    error.

    ## Why
    The step's function returns, and the step is remembered as done, before the work is. A serverless platform may
    freeze the process there and then; an error is lost, and never retried. In Python, a coroutine that nobody awaits
    never runs.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("schedule", () => {
        scheduleNext("users"); // warning: [floating-promise-in-step]
      });
    });

    async function scheduleNext(list: string) {
      await fetch(`https://example.com/schedule/${list}`, { method: "POST" });
    }
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("schedule", async () => {
        await scheduleNext("users");
      });
    });

    async function scheduleNext(list: string) {
      await fetch(`https://example.com/schedule/${list}`, { method: "POST" });
    }
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/schedule")
    async def schedule(context):
        async def schedule_next():
            start_batch("users")  # warning: [floating-promise-in-step]

        await context.run("schedule", schedule_next)


    async def start_batch(name):
        print(name)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/schedule")
    async def schedule(context):
        async def schedule_next():
            await start_batch("users")

        await context.run("schedule", schedule_next)


    async def start_batch(name):
        print(name)
    ```

    ## What to do
    `await` or `return` it. Where the work may really outlive the step, write `void` before the call.
    """

    severity = Severity.WARNING

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every dropped promise or coroutine inside a step's function."""
        for step in steps(endpoint.body):
            for node in walk(step.callback or ()):
                if isinstance(node, Floating):
                    yield self.finding(
                        node.span,
                        f"nothing awaits `{node.callee}()` in the step `{spelled(step, endpoint.language)}`:"
                        f" {_outcome(endpoint)}",
                        related=(Related(step.span, "the step it belongs to"),),
                        chain=node.chain,
                        help="Put `await` before it."
                        if endpoint.language == "python"
                        else "Put `await` or `return` before it, or `void` where that is meant.",
                    )


def _outcome(endpoint: Endpoint) -> str:
    if endpoint.language == "python":
        return "its coroutine never runs"
    return "the step is remembered as done before the work is, and an error in it is lost"
