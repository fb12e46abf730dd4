"""The rule stepless-workflow."""

from collections.abc import Iterator

from lobegen.model.exits import is_stepless
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, hides_code


class SteplessWorkflow(Rule):
    """A workflow whose handler has no step.

    ## What it finds
    A served handler that makes no step, neither itself nor through the helpers that it hands its context to. Where a
    helper could not be followed, nothing is said. That it returns early, too, is the same fault and not said besides.

    ## Why
    Such a request is answered 400 "Failed to authenticate Workflow request" each time: the SDK looks for the first step
    to tell an authorized request from another. The work in the handler still runs, twice for every attempt.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => { // error: [stepless-workflow]
      await sendReport();
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("send report", () => sendReport());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/report")  # error: [stepless-workflow]
    async def report(context):
        await send_report()
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/report")
    async def report(context):
        await context.run("send report", send_report)
    ```

    ## What to do
    Put the work into a step. What needs no step needs no workflow: serve it as an ordinary route.
    """

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the endpoint when nothing in its body is, or may hide, a step."""
        if is_stepless(endpoint.body) and not hides_code(endpoint, project):
            yield self.finding(
                endpoint.span,
                f"`{endpoint.name}` has no step: every request is answered 400 and retried",
                help="Put the work into `context.run(...)`, or serve an ordinary route.",
            )
