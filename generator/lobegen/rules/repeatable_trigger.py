"""The rule repeatable-trigger."""

from collections.abc import Iterator

from lobegen.model.actions import Step, Trigger
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.values import Hole, Origin, Setting
from lobegen.model.walk import steps, walk
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, spelled

_IDS = ("workflowRunId", "workflow_run_id", "deduplicationId", "deduplication_id", "contentBasedDeduplication",
        "content_based_deduplication")  # fmt: skip
_HEADERS = ("upstash-workflow-runid", "upstash-deduplication-id", "upstash-content-based-deduplication")

#: what makes an id short: a function that gives a part of it or a number, or how it is written
_PARTS = frozenset({"slice", "substring", "substr", "randint", "randrange", "randInt", "randomInt", "floor", "round"})
_FEW = compiled(r"\b(?:nanoid|generateId|token_hex|token_urlsafe|random_string)\(\s*[1-9]\s*\)|\[:\s*\d{1,2}\]")
_SHORT = "with {} so short that another run may have the same and is never started"

#: what is done, the id that would make it harmless, what a retry does, and that id's name again
_RUN = ("triggers a run", "an id of its own", "the run starts again", "a run id")
_MESSAGE = ("publishes a message", "a deduplication id", "it is delivered again", "one")


class RepeatableTrigger(Rule):
    """A step that starts a run, and starts it again when it is retried.

    ## What it finds
    A trigger or publish inside a step's function that gives no run id (`workflowRunId`) and no deduplication id, or one
    that is random or made from the clock in the step. It points to the step. Options that are not known are not judged.
    A random id of few characters (`nanoid(6)`, a slice of a longer one) is a warning everywhere.

    ## Why
    A step is remembered when its result has reached QStash. When the function has run and the answer is lost (a
    time-out, a deploy, a crash), the step runs again, and so does the trigger in it: the same work is started twice,
    and a fan-out of twenty starts forty. QStash starts a run id only once, so an id made of what the run is about (the
    root run's id and the item's) makes the second trigger harmless. A random id does not: it is another one each time.
    A short one is sooner or later that of another run, and then this one is never started.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const { POST } = serve(async (context) => {
      const start = () => client.trigger({ url: `${process.env.APP_URL}/api/pack` });
      await context.run("start", start); // info: [repeatable-trigger]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const { POST } = serve(async (context) => {
      const workflowRunId = `pack-${context.workflowRunId}`;
      const start = () => client.trigger({ url: `${process.env.APP_URL}/api/pack`, workflowRunId });
      await context.run("start", start);
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())
    client = AsyncQStash("token")


    @serve.post("/order")
    async def order(context):
        async def start() -> None:
            await client.message.publish_json(url=f"{context.env['APP_URL']}/pack", body={})

        await context.run("start", start)  # info: [repeatable-trigger]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())
    client = AsyncQStash("token")


    @serve.post("/order")
    async def order(context):
        url = f"{context.env['APP_URL']}/pack"

        async def start() -> None:
            await client.message.publish_json(url=url, body={}, deduplication_id=f"pack-{context.workflow_run_id}")

        await context.run("start", start)
    ```
    """

    severity = Severity.WARNING
    varies = "info outside workflows of three layers, but for short random ids"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the steps that start something again when they are retried."""
        layered = project.layer_of(endpoint) is not None
        for step in steps(endpoint.body):
            found = [node for node in walk(step.callback or (), callbacks=True) if isinstance(node, Trigger)]
            for trigger in found:
                problem = _problem(trigger)
                if problem:
                    run = trigger.sdk_method == "trigger" or project.target_of(trigger) is not None
                    yield self._said(endpoint, step, trigger, problem, run=run, layered=layered or problem == _SHORT)
                    break

    def _said(self, at: Endpoint, step: Step, trigger: Trigger, problem: str, *, run: bool, layered: bool) -> Finding:
        what, given, again, id_ = _RUN if run else _MESSAGE
        return self.finding(
            step.span,
            f"{spelled(step, at.language)} {what} {problem.format(given)}: when the step is retried, {again}",
            severity=Severity.WARNING if layered else Severity.INFO,
            profile="layers" if layered and problem != _SHORT else "core",
            related=(Related(trigger.span, "the trigger"),) if trigger.span != step.span else (),
            chain=step.chain,
            help=f"Give it {id_} made of what it is about, such as the root run's id with the item's.",
        )


def _problem(trigger: Trigger) -> str:
    """What makes a trigger start a second run; empty when nothing does, or nothing is known."""
    given = trigger.settings.get(*_IDS) or _header(trigger)
    if given is None:
        return "without {}" if trigger.settings.complete and trigger.settings.items else ""
    flow = given.text.flow if given.text is not None else None
    if flow is not None and flow.origins & {Origin.RANDOM, Origin.CLOCK}:
        return _SHORT if _is_short(given) else "with {} that is another one at each attempt"
    return ""


def _is_short(given: Setting) -> bool:
    """Whether a random id is a part of one, a number, or made of few characters."""
    holes = [part for part in given.text.parts if isinstance(part, Hole)] if given.text is not None else []
    random = [each.flow.through for each in holes if Origin.RANDOM in each.flow.origins] or [given.through]
    return not any(map(_PARTS.isdisjoint, random)) or _FEW.search(given.source) is not None


def _header(trigger: Trigger) -> Setting | None:
    """The header that gives an id, or Python's unknown headers; those of `client.trigger` are the user's own."""
    for name, setting in trigger.settings.items.items():
        head, _, key = name.partition(".")
        if head == "headers" and (key.lower() in _HEADERS or (not key and _unknown(setting))):
            return setting
    return None


def _unknown(setting: Setting) -> bool:
    return setting.kind == "dynamic" and setting.span.path.endswith(".py")
