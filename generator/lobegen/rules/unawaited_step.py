"""The rule unawaited-step."""

from collections.abc import Iterator

from lobegen.model.actions import ContextCall, Step
from lobegen.model.body import Block, Parallel
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Language, Span
from lobegen.model.walk import children, walk
from lobegen.rules.base import Rule, counted, spelled

Chain = tuple[CallSite, ...]
_STORED: dict[Language, str] = {
    "python": "Await the variable that holds it, each item where that is a list, or the step itself.",
    "typescript": "Await the variable that holds it, with `Promise.all` where that is a list, or the step itself.",
}


class UnawaitedStep(Rule):
    """A step whose promise or coroutine is dropped.

    ## What it finds
    A step that is neither awaited, returned nor collected: a bare `context.run(...)`, one with `void` before it, one in
    `forEach(async ...)`, one stored in a variable, or put into a list, that nobody awaits; also the promise or
    coroutine of a helper with steps. Promises that are stored and awaited later, or collected by `Promise.all`, are
    fine. A `context.cancel()` that nothing awaits is the same fault.

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
        if endpoint.served_by in ("route", "serve") and endpoint.language == "python" and endpoint.is_async:
            return  # steps are no coroutines there, and such a handler is refused, as unknown-serve-argument says
        outcome = (
            "its coroutine never runs"
            if endpoint.language == "python"
            else "it becomes a parallel step by accident, and is lost when it comes last"
        )
        for (place, chain), steps in _dropped(endpoint).items():
            named = f"`{spelled(steps[0], endpoint.language)}`"
            rest = f" and {counted(len(steps) - 1, 'more step')}" if len(steps) > 1 else ""
            yield self.finding(
                place,
                f"nothing awaits {named}{rest}: {outcome}",
                chain=chain,
                related=tuple(Related(step.span, "the step") for step in steps if step.span != place),
                help=_STORED[endpoint.language] if steps[0].use == "stored" else "Put `await` before it.",
            )
        for node in walk(endpoint.body, callbacks=True):
            if isinstance(node, ContextCall) and node.floating:
                yield self.finding(
                    node.span,
                    "nothing awaits `context.cancel()`: the run goes on, and its end is a rejection nobody sees",
                    chain=node.chain,
                    help="Put `await` before it.",
                )


def _dropped(endpoint: Endpoint) -> dict[tuple[Span, Chain], list[Step]]:
    """The steps that nothing awaits, by where their promise is dropped."""
    found: dict[tuple[Span, Chain], list[Step]] = {}
    for step in _own_steps(endpoint.body, python=endpoint.language == "python"):
        if step.use in ("floating", "stored", "void"):
            found.setdefault(_place(step), []).append(step)
    return found


def _place(step: Step) -> tuple[Span, Chain]:
    """Where the promise of a step is dropped that a helper makes, and the calls that lead there; else the step."""
    at = step.dropped
    for depth, site in enumerate(step.chain):
        if at is not None and at.contains(site.span):
            return at, step.chain[:depth]
    return (at if at is not None and step.use == "stored" else step.span), step.chain


def _own_steps(block: Block, *, python: bool) -> Iterator[Step]:
    """Steps outside Python's combinators: those are no parallel steps whether they are awaited or not."""
    for node in block:
        if isinstance(node, Step):
            yield node
        elif not (python and isinstance(node, Parallel)):
            for inner in children(node):
                yield from _own_steps(inner, python=python)
