"""The rule wrong-time-unit."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite
from lobegen.model.values import Setting, Settings
from lobegen.model.walk import steps
from lobegen.patterns import compiled
from lobegen.rules.base import Rule

#: what is written where milliseconds are meant, and where they have been turned into seconds
_MILLISECONDS = compiled(
    r"\*\s*1_?000\b|\b1_?000\s*\*|\b1e3\b|(?:^|[\W_])(MS|MILLIS\w*)\b|[a-z\d](Ms|Millis\w*)\b|_ms\b|\bms\("
    r"|\.(getTime|valueOf|toMillis)\(\)|\bDate\.now\(\)|\btime_ns\("
)
_SECONDS = compiled(r"/\s*(1_?000|1e3)\b|//\s*1_?000|_SECONDS\b|[sS]econds\b|\bnew Date\((?![^)]*\)\.)|getUnixTime")
#: what a variable of milliseconds came out of: a product with 1000, a date's number; what leaves `Date.now()` one
_THROUGH = frozenset({"* 1000", "getTime", "valueOf", "toMillis"})
_KEEPS = {"Date.now", "now", "difference", "floor", "round", "ceil", "trunc", "max", "min", "abs", "Number", ""}
_YEAR, _FAR = 365 * 24 * 3600, 100_000_000_000  # as seconds the year 5138, as milliseconds 1973
_DURATIONS, _MOMENTS = {"delay", "timeout"}, {"notBefore", "not_before"}
_RETRIES = {"retryDelay", "retry_delay"}


class WrongTimeUnit(Rule):
    """Milliseconds where seconds are meant, or the other way round.

    ## What it finds
    Milliseconds given to `sleep`, `sleepUntil`, or to `delay`, `timeout` or `notBefore` of a step or a trigger, all of
    which count in seconds: `Date.now() + 5000`, `5 * 60 * 1000`, `TIMEOUT_MS`, a number too large to be seconds. A
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
                duration = step.method == "sleep"
                yield from self._said(
                    step.amount, _duration(step.amount) if duration else _moment(step.amount), step.chain
                )
            if step.settings is not None:
                yield from self._settings(step.settings, step.chain)

    def _settings(self, given: Settings, chain: tuple[CallSite, ...]) -> Iterator[Finding]:
        for name, setting in given.items.items():
            last = name.rsplit(".", 1)[-1]
            if "." in name and not name.startswith("settings."):
                continue
            if last in _DURATIONS:
                yield from self._said(setting, _duration(setting), chain)
            elif last in _MOMENTS:
                yield from self._said(setting, _moment(setting), chain)
            elif last in _RETRIES:
                yield from self._said(setting, _retry(setting), chain)

    def _said(self, setting: Setting, wrong: str, chain: tuple[CallSite, ...]) -> Iterator[Finding]:
        unit = "milliseconds" if wrong.endswith("milliseconds") else "seconds"
        if wrong:
            yield self.finding(setting.span, wrong, chain=chain, help=f"Give {unit}.")


def _in_milliseconds(setting: Setting) -> bool:
    read = "Date.now" in setting.through <= _KEEPS or not _THROUGH.isdisjoint(setting.through)
    told = read or bool(_MILLISECONDS.search(setting.source))
    return told and not _SECONDS.search(setting.source) and "/" not in setting.through


def _duration(setting: Setting) -> str:
    """What is wrong with a duration in seconds; empty when nothing is."""
    if setting.kind == "number" and isinstance(setting.value, int | float):
        days = f"{setting.value / 86400:,.1f} days".replace(".0 ", " ")
        if _in_milliseconds(setting) or setting.value > 100 * _YEAR:
            return f"a duration counts in seconds: {setting.value:,} of them are {days}"
    elif setting.kind == "dynamic" and _in_milliseconds(setting):
        return "a duration counts in seconds, and these are milliseconds: it is a thousand times as long"
    return ""


def _moment(setting: Setting) -> str:
    """What is wrong with a point in time in seconds since 1970; empty when nothing is."""
    if setting.kind == "number" and isinstance(setting.value, int | float):
        if setting.value >= _FAR:
            return "a point in time counts in seconds since 1970: this is thousands of years away"
        if 0 < setting.value < _YEAR:
            return "a point in time counts in seconds since 1970: this one is past, so nothing is waited for"
    elif setting.kind == "dynamic" and _in_milliseconds(setting):
        return "a point in time counts in seconds since 1970, and these are milliseconds: thousands of years away"
    return ""


def _retry(setting: Setting) -> str:
    """What is wrong with a retry delay in milliseconds; empty when nothing is."""
    text = str(setting.value) if setting.kind in ("text", "number") else ""
    if text.isdigit() and 0 < int(text) < 100:
        return f'a retry delay of "{text}" is {text} milliseconds, not seconds: all retries are used up at once'
    return ""
