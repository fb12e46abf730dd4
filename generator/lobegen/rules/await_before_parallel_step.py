"""The rule await-before-parallel-step."""

from collections.abc import Iterator

from lobegen.model.body import Await, Block, Expansion, Loop, Node, Parallel, Step
from lobegen.model.findings import Finding, Related
from lobegen.model.paths import follow
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import children, steps, walk
from lobegen.rules.base import Rule, spelled


class AwaitBeforeParallelStep(Rule):
    """A branch of parallel steps waits for something else before its step.

    ## What it finds
    A branch of `Promise.all` or `Promise.allSettled` over several steps (the elements of an array, or the callback of
    a `map`) that awaits something other than a step before one of its steps: a query, a request, a helper, a timer.
    Chains of steps are fine, and so is what is awaited before the branches begin.

    ## Why
    The SDK takes steps for parallel when they are asked for together. A branch that first waits for something else
    asks later than the others, in another group at every request: steps are submitted one by one, take each other's
    places, and are executed again and again.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const ids = await context.run("ids", () => listIds());
      await Promise.all(
        ids.map(async (id) => {
          const user = await loadUser(id); // error: [await-before-parallel-step]
          await context.run(`greet ${id}`, () => greet(user));
        }),
      );
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const ids = await context.run("ids", () => listIds());
      await Promise.all(
        ids.map((id) =>
          context.run(`greet ${id}`, async () => {
            const user = await loadUser(id);
            return greet(user);
          }),
        ),
      );
    });
    ```

    ## What to do
    Move the wait into the step's function. What other steps need too belongs into a step before the branches.
    """

    languages = ("typescript",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what is awaited before a step in a branch of parallel ones, once for each branch."""
        for node in walk(endpoint.body):
            if not isinstance(node, Parallel) or node.kind not in ("all", "settled"):
                continue
            branches = (*node.branches, *_started_before(node, endpoint.body))
            for branch in branches if _side_by_side(branches) else ():
                late = _late_step(branch)
                if late is None:
                    continue
                wait, step = late
                yield self.finding(
                    wait.span,
                    f"this await comes before `{spelled(step, endpoint.language)}` in a branch of parallel steps:"
                    " the step is too late for its group, and is executed again and again",
                    related=(
                        Related(step.span, "the step that comes late"),
                        Related(node.span, "the steps that run side by side"),
                    ),
                    chain=step.chain,
                    help="Do it inside the step's function, or in a step of its own.",
                )


def _started_before(node: Parallel, block: Block) -> Iterator[Block]:
    """The branches that were started before and are only awaited here: `const all = ids.map(...)`."""
    stored = set(map(id, node.stored))
    for each in block:
        apart = isinstance(each, Loop | Expansion) and not any(inner is node for inner in walk((each,)))
        if apart and not stored.isdisjoint(map(id, steps((each,)))):
            yield (each,)
        elif not isinstance(each, Step | Parallel):
            for inner in children(each):
                yield from _started_before(node, inner)


def _side_by_side(branches: tuple[Block, ...]) -> bool:
    """Whether several steps run: branches with steps, or a mapped list."""
    held = [branch for branch in branches if next(steps(branch), None)]
    return len(held) > 1 or any(isinstance(each, Loop) for branch in held for each in walk(branch))


def _late_step(branch: Block) -> tuple[Await, Step] | None:
    """The first step that something other than a step is awaited before, with what is."""
    found: list[tuple[Await, Step]] = []

    def visit(node: Node, waits: frozenset[Await]) -> frozenset[Await]:
        if isinstance(node, Step) and waits:
            found.append((min(waits, key=lambda wait: wait.span), node))
        return waits | {node} if isinstance(node, Await) and not node.stored else waits

    follow(branch, frozenset(), visit)
    return found[0] if found else None
