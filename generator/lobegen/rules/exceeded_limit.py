"""The rule exceeded-limit."""

from collections.abc import Iterator

from lobegen.model.actions import Step
from lobegen.model.findings import Finding, Severity
from lobegen.model.limits import limits_of, seconds_of, spelled_duration
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite
from lobegen.model.values import Setting
from lobegen.model.walk import steps
from lobegen.rules.base import Rule, spelled

_WAITS = ("wait_for_event", "wait_for_webhook")


class ExceededLimit(Rule):
    """A wait that the plan of Upstash does not allow.

    ## What it finds
    Literal sleeps, timeouts of `waitForEvent` and delays of triggers and messages past what the plan allows (7 days on
    free, a year on the others), and timeouts of `context.call` past the time that it gives a request (15 minutes, 2, 6
    and 12 hours). The plan is named in the settings: `plan = "free"`, `"pay-as-you-go"`, `"fixed-1m"` or `"fixed-10m"`;
    without it only what no plan allows is found.

    ## Why
    QStash refuses the message with 429 or 412, and the run fails there: not when it is deployed, but when the first run
    comes to the sleep.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("trial", () => startTrial());
      await context.sleep("two years", "730d"); // warning: [exceeded-limit]
      await context.run("end", () => endTrial());
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("trial", () => startTrial());
      await context.sleep("a week", "7d");
      await context.run("end", () => endTrial());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/trial")
    async def trial(context):
        await context.run("trial", start_trial)
        await context.sleep("two years", "730d")  # warning: [exceeded-limit]
        await context.run("end", end_trial)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/trial")
    async def trial(context):
        await context.run("trial", start_trial)
        await context.sleep("a week", "7d")
        await context.run("end", end_trial)
    ```
    """

    severity = Severity.WARNING

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the waits of steps and the delays of triggers that are too long."""
        yield from super().check_project(project)
        for site in project.triggers:
            delay = site.trigger.settings.get("delay")
            yield from self._said(f"the delay of `{site.trigger.method}`", delay, project, site.trigger.chain)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the waits of an endpoint that are too long."""
        for step in steps(endpoint.body):
            yield from self._said(spelled(step, endpoint.language), _wait(step), project, step.chain)
            if step.method == "call" and step.settings is not None:
                timeout = step.settings.get("timeout")
                yield from self._said(
                    f"the timeout of {spelled(step, endpoint.language)}", timeout, project, step.chain, response=True
                )

    def _said(
        self,
        what: str,
        setting: Setting | None,
        project: Project,
        chain: tuple[CallSite, ...],
        *,
        response: bool = False,
    ) -> Iterator[Finding]:
        limits = limits_of(project.plan)
        most = limits.response if response else limits.wait
        seconds = seconds_of(setting)
        if setting is None or seconds is None or seconds <= most:
            return
        plan = f"the plan {project.plan}" if project.plan else "any plan"
        verb = "lets a request take" if response else "lets a run wait"
        yield self.finding(
            setting.span,
            f"{what} is {spelled_duration(seconds)}, and {plan} {verb} {spelled_duration(most)} at most:"
            " the run fails there",
            chain=chain,
            help="Shorten it, or split it into several steps." if not response else "Shorten it.",
        )


def _wait(step: Step) -> Setting | None:
    """How long a step lets the run wait, as written."""
    if step.method == "sleep":
        return step.amount
    return step.settings.get("timeout") if step.method in _WAITS and step.settings is not None else None
