"""The rule duplicate-step-name."""

from collections.abc import Iterator

from lobegen.model.actions import Step
from lobegen.model.body import Loop
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.fixes import AddRound, Fix
from lobegen.model.names import Place, loops_with_one_name, place_of_name, places, repeated_names
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Span
from lobegen.rules.base import Rule


class DuplicateStepName(Rule):
    """One step name is used twice in a run.

    ## What it finds
    The same name for two steps of one path, and a name that does not depend on the item where steps are made for many
    items: in `map`, a comprehension, a batch helper, or a loop over a collection. Branches that exclude each other may
    share a name. In nested loops the inner variable suffices when the inner list depends on the outer one. A constant
    name in a polling loop (`while`, a counter) is found under the guide only.

    ## Why
    Upstash matches remembered steps by position and only compares their names. Equal names are not "skipped" or
    "cached": they remove the only check that a replay still lines up. When the items change their order or number
    between two invocations, unique names fail loudly; equal names give item 1 the result of item 3, or never process
    it, and the run still counts as a success.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const users = await context.run("list users", () => listUsers());
      await Promise.all(
        users.map((user) => context.run("greet", () => greet(user))), // warning: [duplicate-step-name]
      );
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const users = await context.run("list users", () => listUsers());
      await Promise.all(
        users.map((user) => context.run(`greet:${user.id}`, () => greet(user))),
      );
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_users(context):
        for user in await context.run("list users", list_users):
            await context.run("greet", lambda user=user: greet(user))  # warning: [duplicate-step-name]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_users(context):
        for user in await context.run("list users", list_users):
            await context.run(f"greet:{user['id']}", lambda user=user: greet(user))
    ```

    ## Fix
    Unsafe, for runs that are in flight have the old names. In a loop the name ends in what tells the items apart: the
    item where it is a plain value, a field such as `id` that the loop reads, or else the number of the round, which is
    added (`(user, index) =>`, `enumerate(users)`). Two steps of one path are left: their names are yours to choose, and
    so are names that a helper of another file gives.
    """

    severity = Severity.WARNING
    fixable = True
    varies = "error under guide"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield steps with a name that another step, or another round of a loop, has too."""
        looped: set[int] = set()
        for place in places(endpoint.body):
            loops = loops_with_one_name(place)
            if loops:
                looped.add(id(place.step))
                yield self._in_loop(place, next((loop for loop in loops if loop.kind == "collection"), loops[0]))
        for first, second in repeated_names(endpoint.body):
            if id(second) not in looped:
                yield self._on_path(first, second)

    def _in_loop(self, place: Place, loop: Loop) -> Finding:
        polling = loop.kind != "collection"
        rounds = "round of this loop" if polling else "item"
        return self.finding(
            place_of_name(place.step),
            f"every {rounds} has a step of the name `{place.step.name.pattern}`: when their order or number changes,"
            " results are given to the wrong one without an error",
            severity=Severity.ERROR if polling else Severity.WARNING,
            profile="guide" if polling else "core",
            guide_severity=Severity.ERROR,
            related=(Related(loop.span, "the loop that makes it again"),),
            chain=place.step.chain,
            fix=_fix(place_of_name(place.step), loop),
            help="Put the round's number into the name." if polling else "Put the item's id or index into the name.",
        )

    def _on_path(self, first: Step, second: Step) -> Finding:
        same_call = place_of_name(first) == place_of_name(second) and first.chain
        related = Related(place_of_name(first), "the first step of this name")
        if same_call:
            related = Related(first.chain[0].span, f"`{first.chain[0].name}` made it here before")
        return self.finding(
            place_of_name(second),
            f"the name `{second.name.pattern}` is used before in the same run: nothing notices when the two are taken"
            " for each other at a replay",
            guide_severity=Severity.ERROR,
            related=(related,),
            chain=second.chain,
            help="Give each step its own name.",
        )


def _fix(name: Span, loop: Loop) -> Fix | None:
    if loop.kind == "while":
        return None
    return Fix("Add to the name what tells the rounds apart", (AddRound(name, loop.span),), safe=False)
