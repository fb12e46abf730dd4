"""The rule wrong-time-unit."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite
from lobegen.model.units import in_milliseconds
from lobegen.model.values import Setting, Settings
from lobegen.model.walk import steps
from lobegen.rules.base import Rule

_YEAR, _FAR = 365 * 24 * 3600, 100_000_000_000  # as seconds the year 5138, as milliseconds 1973
_LONGEST_ANSWER = 12 * 3600  # seconds that QStash waits for an answer, whatever the plan


class WrongTimeUnit(Rule):
    """Milliseconds where seconds are meant, or the other way round.

    ## What it finds
    Milliseconds given to `sleep`, `sleepUntil`, or to `delay`, `timeout` or `notBefore` of a step or a trigger, all of
    which count in seconds: `Date.now() + 5000`, `5 * 60 * 1000`, `TIMEOUT_MS`, a number too large to be seconds (of a
    call's `timeout` also round thousands from 10,000 on that are no full hours, and all above twelve hours). A
    number for `sleepUntil` that is a duration and no point in time. A `retryDelay` under a tenth of a second: it is
    the only one that counts in milliseconds.

    ## Why
    `Date.now()` taken for seconds is a moment fifty thousand years away: the run sleeps past every limit or is refused.
    A sleep of 60,000 seconds for one of a minute lasts 16 hours. A retry delay of "5" is 5 milliseconds: all retries
    are used up before the trouble that they are for is over.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
      await context.sleep("a minute", 60 * 1000); // error: [wrong-time-unit]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
      await context.sleep("a minute", 60);
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
        await context.sleep("a minute", 60 * 1000)  # error: [wrong-time-unit]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
        await context.sleep("a minute", "1m")
    ```
    """

    outranks = ("exceeded-limit",)

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield what steps and triggers are given."""
        yield from super().check_project(project)
        for site in project.triggers:
            yield from self._settings(site.trigger.settings, site.trigger.chain)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what the steps of an endpoint are given."""
        for step in steps(endpoint.body):
            if step.method in ("sleep", "sleep_until") and step.amount is not None:
                judge = _duration if step.method == "sleep" else _moment
                yield from self._said(step.amount, judge(step.amount), step.chain)
            if step.settings is not None:
                yield from self._settings(step.settings, step.chain)
                if step.method == "call" and (wait := step.settings.get("timeout")) and not _duration(wait):
                    yield from self._said(wait, _answer(wait), step.chain)

    def _settings(self, given: Settings, chain: tuple[CallSite, ...]) -> Iterator[Finding]:
        for name, setting in given.items.items():
            outer, _, last = name.rpartition(".")
            judge = _JUDGES.get(last.replace("_", "").lower())
            if judge and outer in ("", "settings"):
                yield from self._said(setting, judge(setting), chain)

    def _said(self, setting: Setting, wrong: str, chain: tuple[CallSite, ...]) -> Iterator[Finding]:
        if wrong:
            unit = "milliseconds" if wrong.startswith("a retry") else "seconds: milliseconds divided by 1,000"
            yield self.finding(setting.span, wrong, chain=chain, help=f"Give {unit}.")


def _number(setting: Setting) -> int | float:
    return setting.value if setting.kind == "number" and isinstance(setting.value, int | float) else 0


def _duration(setting: Setting) -> str:
    """What is wrong with a duration in seconds; empty when nothing is."""
    told = _number(setting)
    if told > 100 * _YEAR or (told and in_milliseconds(setting)):
        days = f"{told / 86400:,.1f} days".replace(".0 ", " ")
        return f"a duration counts in seconds: {told:,} of them are {days}"
    if setting.kind == "dynamic" and in_milliseconds(setting):
        return "a duration counts in seconds, and these are milliseconds: it is a thousand times as long"
    return ""


def _answer(setting: Setting) -> str:
    """What is wrong with how long a call waits for its answer; empty when nothing is."""
    told = _number(setting)
    if told > _LONGEST_ANSWER or (told >= 10_000 and told % 1000 == 0 and told % 3600):
        return f"a call's timeout counts in seconds: it waits {told / 3600:,.1f} hours for an answer"
    return ""


def _moment(setting: Setting) -> str:
    """What is wrong with a point in time in seconds since 1970; empty when nothing is."""
    told = _number(setting)
    if told >= _FAR or (setting.kind == "dynamic" and in_milliseconds(setting)):
        return "a point in time counts in seconds since 1970, and these are milliseconds: thousands of years away"
    if 0 < told < _YEAR:
        return "a point in time counts in seconds since 1970: this one is past, so nothing is waited for"
    return ""


def _retry(setting: Setting) -> str:
    """What is wrong with a retry delay in milliseconds; empty when nothing is."""
    text = str(setting.value) if setting.kind in ("text", "number") else ""
    if text.isdigit() and 0 < int(text) < 100:
        return f'a retry delay of "{text}" is {text} milliseconds, not seconds: all retries are used up at once'
    return ""


_JUDGES = {"delay": _duration, "timeout": _duration, "notbefore": _moment, "retrydelay": _retry}
