"""The rule thrown-abort."""

from collections.abc import Iterator

from lobegen.model.body import Block, Raise, Step, Try
from lobegen.model.exits import exits_before_first_step
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import children, has_step, steps, walk
from lobegen.rules.base import Rule, spelled


class ThrownAbort(Rule):
    """The code throws the SDK's own abort to end a run.

    ## What it finds
    `throw new WorkflowAbort(...)`, `raise WorkflowAbort(...)`, in a step's function or behind a step, unless it is made
    with the flag that cancels the run (the third argument) or a handler around it keeps it. Before the first step
    `throw-before-first-step` says it.

    ## Why
    The abort is how the SDK ends a request whose step it has just sent to QStash. One that the code throws is taken for
    that: the request is answered 200, but nothing was sent. The step is not recorded, nothing is retried, the failure
    function is not called, and nothing ever calls the run again: it stays in progress for ever.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { WorkflowAbort } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const pages = await context.run("crawl", () => crawl());
      await context.run("check", () => {
        if (pages !== "many") throw new WorkflowAbort("nothing to read"); // error: [thrown-abort]
      });
      await context.run("index", () => index(pages));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { WorkflowNonRetryableError } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const pages = await context.run("crawl", () => crawl());
      await context.run("check", () => {
        if (pages !== "many") throw new WorkflowNonRetryableError("nothing to read");
      });
      await context.run("index", () => index(pages));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow import WorkflowAbort
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/read")
    async def read(context):
        pages = await context.run("crawl", lambda: crawl())
        if pages != "many":
            raise WorkflowAbort("check")  # error: [thrown-abort]
        await context.run("index", lambda: index(pages))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/read")
    async def read(context):
        pages = await context.run("crawl", lambda: crawl())
        if pages != "many":
            return
        await context.run("index", lambda: index(pages))
    ```

    ## What to do
    To end the run, `return`, or cancel it with `await context.cancel()`. To fail it, throw
    `WorkflowNonRetryableError` (TypeScript), or an error of your own, which is retried.
    """

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every abort of the SDK that the code itself throws in or behind a step."""
        early = {id(leave.node) for leave in exits_before_first_step(endpoint.body)}
        for step in steps(endpoint.body):
            for node in _thrown(step.callback or ()):
                yield self._said(node, f"in `{spelled(step, endpoint.language)}`", endpoint)
        for node in _thrown(endpoint.body) if has_step(endpoint.body) else ():
            if id(node) not in early:
                yield self._said(node, f"in `{endpoint.name}`", endpoint)

    def _said(self, node: Raise, place: str, endpoint: Endpoint) -> Finding:
        python = endpoint.language == "python"
        return self.finding(
            node.span,
            f"`{node.error}` is {'raised' if python else 'thrown'} {place}: the request is answered 200 as if a step"
            " had been sent, and the run stays in progress for ever",
            chain=node.chain,
            help="Return, cancel the run, or raise an error of your own."
            if python
            else "Return, `await context.cancel()`, or throw `WorkflowNonRetryableError`.",
        )


def _thrown(block: Block) -> Iterator[Raise]:
    """The aborts that a block throws and no handler in it keeps; what runs in steps is not looked at."""
    for node in block:
        if isinstance(node, Raise) and node.aborts:
            yield node
        elif isinstance(node, Try) and node.handlers and not _lets_go(node):
            for inner in (*(handler.body for handler in node.handlers), node.finalizer):
                yield from _thrown(inner)
        elif not isinstance(node, Step):
            for inner in children(node):
                yield from _thrown(inner)


def _lets_go(node: Try) -> bool:
    return any(isinstance(each, Raise) for handler in node.handlers for each in walk(handler.body))
