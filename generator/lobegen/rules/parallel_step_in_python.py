"""The rule parallel-step-in-python."""

from collections.abc import Iterator

from lobegen.model.body import Block, Loop, Parallel, Step
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import children, steps, walk
from lobegen.rules.base import Rule, spelled

_WORDS = {
    "gather": "`asyncio.gather`",
    "gather_settled": "`asyncio.gather`",
    "task_group": "a task group",
    "task": "a task",
    "wait": "`asyncio.wait`",
    "wait_first": "`asyncio.wait`",
    "as_completed": "`asyncio.as_completed`",
}


class ParallelStepInPython(Rule):
    """Steps run side by side under the Python SDK, which cannot do that.

    ## What it finds
    `asyncio.gather`, `asyncio.wait`, `as_completed`, a `TaskGroup`, `create_task` or `ensure_future` over steps. They
    are fine inside a step's function, over anything but steps.

    ## Why
    The Python SDK has no parallel steps. The request is answered 500 "Running parallel steps is not yet available"; by
    then the first branch has been recorded, so that steps run twice or the run fails. A task that is not awaited runs
    after the run has been ended, and its result is lost.

    ## Examples
    ### Wrong (Python)
    ```py
    import asyncio

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/enrich")
    async def enrich(context):
        await asyncio.gather(  # error: [parallel-step-in-python]
            context.run("profile", load_profile),
            context.run("orders", load_orders),
        )
    ```

    ### Right (Python)
    ```py
    import asyncio

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/enrich")
    async def enrich(context):
        async def load_both():
            return await asyncio.gather(load_profile(), load_orders())

        await context.run("profile and orders", load_both)
    ```

    ## What to do
    Await the steps one after the other, or do the parallel work inside one step. Work that must be spread belongs into
    runs of its own, started by one step for each.
    """

    languages = ("python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every outermost combinator over steps."""
        races = [each for each in walk(endpoint.body) if isinstance(each, Parallel) and each.kind == "wait_first"]
        raced = {id(step) for race in races for step in race.stored}
        looped = {id(step) for loop in walk(endpoint.body) if isinstance(loop, Loop) for step in steps(loop.body)}
        for node in _combinators(endpoint.body):
            held = [*(step for branch in node.branches for step in steps(branch)), *node.stored]
            if not held or not _parallel(node, held, looped) or id(held[0]) in raced:
                continue  # promise-race speaks of tasks that race
            yield self.finding(
                node.span,
                f"{_WORDS.get(node.kind, 'this')} runs `{spelled(held[0], 'python')}` beside other work:"
                ' answered 500 "Running parallel steps is not yet available"',
                related=tuple(Related(step.span, "a step that it runs") for step in held[:3]),
                chain=node.chain,
                help="Await the steps one after the other, or do the parallel work inside one step.",
            )


def _parallel(node: Parallel, held: list[Step], looped: set[int]) -> bool:
    """Whether it is more than one awaited step in a wrapper that changes nothing."""
    several = any(isinstance(inner, Loop) for branch in node.branches for inner in walk(branch))
    several = several or any(id(step) in looped for step in node.stored)
    return node.kind in ("task", "task_group") or several or len(held) > 1


def _combinators(block: Block) -> Iterator[Parallel]:
    for node in block:
        if isinstance(node, Parallel):
            yield node
        else:
            for inner in children(node):
                yield from _combinators(inner)
