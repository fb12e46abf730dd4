"""The rule nondeterminism-outside-step."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.replay import CHANGES, decisions, followed
from lobegen.model.source import Language
from lobegen.model.uses import Uses, uses
from lobegen.rules.base import Rule, counted, spelled


class NondeterminismOutsideStep(Rule):
    """The clock or randomness is read outside of a step, and what it gave is used in several places.

    ## What it finds
    A call of a clock (`Date.now()`, `new Date()`, `dayjs()`, `time.time()`, `datetime.now()`), of randomness, or of
    what makes fresh ids (`uuid`, `nanoid`), outside of steps, whose value reaches more than one step, a step that a
    loop repeats, or a step and the run's result; also where a function of the project reads it. With an argument a
    clock is none (`new Date(x)`, `Random(seed)`). Nothing is said of the environment, of values used in one step's
    function only or only in logs, of the arguments of a sleep or call, which the SDKs do not compare, of ids made for
    a run that is triggered, and of what is read behind the last step.

    ## Why
    The handler runs again for every step, and reads another value each time. A step that has run remembers what it
    made of an earlier value, the next one gets a later value: ids do not match, periods overlap or have gaps. Where
    the value reaches a step's name or a branch around steps, the replay fails with 500 "Incompatible step name":
    `unstable-step-name` and `nondeterministic-control-flow` say so.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const id = crypto.randomUUID(); // warning: [nondeterminism-outside-step]
      await context.run("create", () => create(id));
      await context.run("announce", () => announce(id));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const id = await context.run("new id", () => crypto.randomUUID());
      await context.run("create", () => create(id));
      await context.run("announce", () => announce(id));
    });
    ```

    ### Wrong (Python)
    ```py
    import uuid

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/create_order")
    async def create_order(context):
        order_id = str(uuid.uuid4())  # warning: [nondeterminism-outside-step]
        await context.run("create", lambda: save(order_id))
        await context.run("announce", lambda: announce(order_id))
    ```

    ### Right (Python)
    ```py
    import uuid

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/create_order")
    async def create_order(context):
        order_id = await context.run("new id", lambda: str(uuid.uuid4()))
        await context.run("create", lambda: save(order_id))
        await context.run("announce", lambda: announce(order_id))
    ```

    ## What to do
    Make the value in a step of its own: its result is remembered, and the same everywhere.
    """

    severity = Severity.WARNING
    varies = "error where it reaches a step's name or a branch around steps"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every read of clock or randomness whose value has to be the same at the next invocation."""
        readings = uses(endpoint.body)
        decided = {cause for each in decisions(endpoint.body) for cause in each.flow.causes} if readings else set()
        repeated = followed(endpoint.body) if readings else set()
        for use in readings:
            decides = use.reading.span in decided or bool(use.named)
            outcome = _outcome(use, endpoint.language)
            if not decides and (not outcome or id(use.reading) not in repeated):
                continue
            related = [Related(step.span, "a step that uses it") for step in (use.named or use.steps)[:3]]
            related += [Related(use.reading.inside, "it is read here")] if use.reading.inside else []
            yield self.finding(
                use.reading.span,
                f"`{use.reading.callee}()` gives {CHANGES[use.reading.origin]} outside a step, another one at each"
                f" invocation: {'it decides which steps a replay asks for' if decides else outcome}",
                severity=Severity.ERROR if decides else Severity.WARNING,
                related=tuple(related),
                chain=use.reading.chain,
                help="Make the value in a step, and use the step's result.",
            )


def _outcome(use: Uses, language: Language) -> str:
    """What goes wrong with the value, empty where nothing does: only one step's function, or nobody, uses it."""
    steps = list(dict.fromkeys(use.steps))
    first = f"`{spelled(steps[0], language)}`" if steps else ""
    if len(steps) > 1:
        return f"{first} and {counted(len(steps) - 1, 'more step')} get different values"
    if use.repeated:
        return f"the rounds of {first} get different values"
    if use.returned is None:
        return ""
    return f"{first} and the run's result have different values" if steps else "the run's result has the last one"
