"""The rule step-after-failed-step."""

from collections.abc import Iterator

from lobegen.model.abort import swallowed_aborts
from lobegen.model.failure import fallbacks
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, spelled


class StepAfterFailedStep(Rule):
    """A step is to run in place of one that failed, and never does.

    ## What it finds
    A handler of a `try` in which only steps can throw, that takes a step's own error and makes another step, or goes on
    to one: a compensation, a fallback, another attempt. Handlers that raise or return are fine, and so is a `try` in
    which something else may have thrown.

    ## Why
    The SDK for Python runs one step in a request and remembers only steps that succeed. After a failed one it refuses
    the next: "Running parallel steps is not yet available". The request fails and is retried, the failed step runs
    again, and what the handler wanted to do is never done.

    ## Examples
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    def charge():
        raise ValueError("declined")


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", lambda: print("reserve"))
        try:
            await context.run("charge", charge)
        except ValueError:  # error: [step-after-failed-step]
            await context.run("release", lambda: print("release"))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    def charge():
        raise ValueError("declined")


    def try_to_charge():
        try:
            return charge() or True
        except ValueError:
            return False


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", lambda: print("reserve"))
        if not await context.run("charge", try_to_charge):
            await context.run("release", lambda: print("release"))
    ```

    ## What to do
    Catch the error inside the step's function, return what happened, and branch on the step's result.
    """

    languages = ("python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every handler that leads from a failed step to another one."""
        kept = {swallow.span for swallow in swallowed_aborts(endpoint.body, endpoint.old_sdk)}
        for each in fallbacks(endpoint.body):
            if each.handler in kept:
                continue  # swallowed-abort says more
            failed, refused = (spelled(step, endpoint.language) for step in (each.failed, each.refused))
            again = each.failed.span == each.refused.span
            second = "a second attempt" if again else f"`{refused}`"
            yield self.finding(
                each.handler,
                f"after `{failed}` has failed the SDK refuses {second} in the same request: it never runs, and the"
                " request is retried",
                related=(Related(each.refused.span, "this step is refused"),),
                chain=each.failed.chain,
                help="Catch the error inside the step's function, return what happened, and branch on the result.",
            )
