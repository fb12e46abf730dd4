"""The rule invalid-flow-control."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix, RemoveOption, RenameOption
from lobegen.model.flow_control import Use, flow_controls
from lobegen.model.project import Project
from lobegen.model.values import FlowControl, Setting
from lobegen.patterns import compiled
from lobegen.rules.base import Rule

_LIMITS = ("parallelism", "rate", "ratePerSecond", "rate_per_second")
_FOREIGN = compiled(r"[^A-Za-z0-9._-]")
_DURATION = compiled(r"(\d+)\s*([smhd]?)")
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
_WEEK = 7 * 86400
_TEXT = "Give a text of letters, digits, `.`, `_` and `-`."


class InvalidFlowControl(Rule):
    """A flow control that is refused, or that says it in a deprecated way.

    ## What it finds
    A flow control without a key, or with neither `rate` nor `parallelism`; a key with other characters than letters,
    digits, hyphen, underscore and period (SDK 1 and Python); a `period` over a week; texts where numbers are expected.
    The deprecated `ratePerSecond`, which still works, is a warning.

    ## Why
    The SDK or QStash refuses such a message: the trigger throws, or the first delivery fails and the run with it.
    `ratePerSecond` is an old name of `rate`; only `rate` can be combined with a `period`.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = () =>
      client.trigger({
        url: "https://example.com/api/greet",
        flowControl: { key: "greet" }, // error: [invalid-flow-control]
      });
    ```

    ### Right (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = () =>
      client.trigger({
        url: "https://example.com/api/greet",
        flowControl: { key: "greet", parallelism: 10, rate: 100, period: "1m" },
      });
    ```

    ### Wrong (Python)
    ```py
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve


    async def start_greeting(client: AsyncQStash) -> None:
        await client.message.publish_json(
            url="https://example.com/api/greet",
            flow_control=FlowControl(key="greet all", parallelism=10),  # error: [invalid-flow-control]
        )
    ```

    ### Right (Python)
    ```py
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve


    async def start_greeting(client: AsyncQStash) -> None:
        await client.message.publish_json(
            url="https://example.com/api/greet",
            flow_control=FlowControl(key="greet-all", parallelism=10, rate=100, period="1m"),
        )
    ```

    ## What to do
    Give a key of letters, digits, `.`, `_` and `-`, and `parallelism` or `rate` as numbers.

    ## Fix
    `ratePerSecond` becomes `rate` (`rate_per_second` in Python); beside a `rate` it is deleted, which is what the SDK
    does. A `period` stays: what is sent is the same, and without one it is a second for both names.
    """

    fixable = True
    outranks = ("parallel-entry-point",)
    varies = "warning for the deprecated name"

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield what is wrong in every flow control that some SDK reads."""
        for use in flow_controls(project):
            yield from self._key(use)
            yield from self._limits(use.flow_control)
            yield from self._period(use.flow_control)

    def _key(self, use: Use) -> Iterator[Finding]:
        key = use.flow_control.key
        if key.kind == "missing" or key.literal == "":
            span = use.flow_control.span if key.kind == "missing" else key.span
            yield self.finding(span, "this flow control has no key: the message is refused", help="Give it a `key`.")
        elif key.kind == "other":
            yield self.finding(key.span, "the key of this flow control is no text: the message is refused", help=_TEXT)
        elif use.language == "python" or use.old_sdk is False:
            bad = sorted({sign for part in key.parts if isinstance(part, str) for sign in _FOREIGN.findall(part)})
            if bad:
                yield self.finding(
                    key.span,
                    f"the key `{key.pattern}` holds {' '.join(repr(sign) for sign in bad)}: the message is refused",
                    help="Use letters, digits, `.`, `_` and `-` only.",
                )

    def _limits(self, control: FlowControl) -> Iterator[Finding]:
        given = {name: setting for name in _LIMITS if (setting := control.settings.get(name))}
        if not given and control.settings.complete:
            yield self.finding(
                control.span,
                f"{_named(control)} limits nothing: the message is refused",
                help="Give `parallelism`, `rate`, or both.",
            )
        for name, setting in given.items():
            if setting.kind in ("text", "boolean", "object"):
                message = f"`{name}` of {_named(control)} is no number: the message is refused"
                yield self.finding(setting.span, message, help="Write it as a number, without quotes.")
            elif name in ("ratePerSecond", "rate_per_second"):
                yield self.finding(
                    setting.span,
                    f"`{name}` is the deprecated name of `rate`: it still works",
                    severity=Severity.WARNING,
                    help="Write `rate`; its default period is one second.",
                    fix=_renamed(name, setting, given),
                )

    def _period(self, control: FlowControl) -> Iterator[Finding]:
        setting = control.settings.get("period")
        if setting and setting.kind in ("text", "number") and _seconds(str(setting.value)) > _WEEK:
            message = f"the period `{setting.value}` of {_named(control)} is over a week: the message is refused"
            yield self.finding(setting.span, message, help="Give a week (`7d`) at most, in seconds or as `1h`, `2d`.")


def _named(control: FlowControl) -> str:
    return f"the flow control `{control.key.pattern}`" if control.key.kind == "text" else "this flow control"


def _renamed(name: str, setting: Setting, given: dict[str, Setting]) -> Fix:
    """The deprecated name gives way to the new one; where both are given the SDK reads the new one alone."""
    if "rate" in given:
        return Fix(f"Delete `{name}`, which is not read beside `rate`", (RemoveOption(setting.span),))
    return Fix(f"Write `rate` for `{name}`", (RenameOption(setting.span, name, "rate"),))


def _seconds(period: str) -> int:
    """A period in seconds; 0 where it is no duration. A bare number is seconds; facts: QStash wire protocol 4.1."""
    match = _DURATION.fullmatch(period.strip())
    return int(match[1]) * _SECONDS[match[2]] if match else 0
