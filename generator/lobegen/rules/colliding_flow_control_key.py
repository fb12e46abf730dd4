"""The rule colliding-flow-control-key."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.flow_control import controls_of
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Span
from lobegen.model.values import FlowControl
from lobegen.rules.base import Rule

_LIMITS = {"parallelism": "parallelism", "rate": "rate", "ratePerSecond": "rate", "rate_per_second": "rate",
           "period": "period"}  # fmt: skip
_Limits = frozenset[tuple[str, object]]


class CollidingFlowControlKey(Rule):
    """One flow-control key with different limits in two endpoints.

    ## What it finds
    Two endpoints (two layers of a workflow, or two workflows) whose flow controls have the same key and different
    values of `parallelism`, `rate` or `period`. Keys and values are followed through constants; what is not known is
    not compared. The same key with the same limits is a shared limit, and fine.

    ## Why
    QStash keeps one counter per key, and the values that it applies are those of the messages at hand: while messages
    with different limits wait, the highest holds, later the newest. So a layer that should run one at a time runs as
    many as its neighbour allows, and each also waits for the other's deliveries.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/one/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("one", () => one());
    });
    ```
    ```ts
    // file: app/api/two/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("two", () => two());
    });
    ```
    ```ts
    // file: lib/start.ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const app = process.env.APP_URL;

    const one = { key: "work", parallelism: 1 };
    const two = { key: "work", parallelism: 20 }; // warning: [colliding-flow-control-key]

    export const startOne = () => client.trigger({ url: `${app}/api/one`, flowControl: one });
    export const startTwo = () => client.trigger({ url: `${app}/api/two`, flowControl: two });
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/one/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("one", () => one());
    });
    ```
    ```ts
    // file: app/api/two/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("two", () => two());
    });
    ```
    ```ts
    // file: lib/start.ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const app = process.env.APP_URL;

    export const startOne = () =>
      client.trigger({ url: `${app}/api/one`, flowControl: { key: "work.one", parallelism: 1 } });
    export const startTwo = () =>
      client.trigger({ url: `${app}/api/two`, flowControl: { key: "work.two", parallelism: 20 } });
    ```

    ### Wrong (Python)
    ```py
    # file: app/flows.py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/one")
    async def one(context):
        await context.run("one", do_one)


    @serve.post("/two")
    async def two(context):
        await context.run("two", do_two)
    ```
    ```py
    # file: app/start.py
    from qstash import AsyncQStash

    client = AsyncQStash("token")


    ONE = {"key": "work", "parallelism": 1}
    TWO = {"key": "work", "rate": 50}  # warning: [colliding-flow-control-key]


    async def start(app: str) -> None:
        await client.message.publish_json(url=f"{app}/one", flow_control=ONE)
        await client.message.publish_json(url=f"{app}/two", flow_control=TWO)
    ```

    ### Right (Python)
    ```py
    # file: app/flows.py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/one")
    async def one(context):
        await context.run("one", do_one)


    @serve.post("/two")
    async def two(context):
        await context.run("two", do_two)
    ```
    ```py
    # file: app/start.py
    from qstash import AsyncQStash

    client = AsyncQStash("token")


    async def start(app: str) -> None:
        await client.message.publish_json(url=f"{app}/one", flow_control={"key": "one", "parallelism": 1})
        await client.message.publish_json(url=f"{app}/two", flow_control={"key": "two", "rate": 50})
    ```
    """

    severity = Severity.WARNING

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the later of two flow controls that disagree."""
        held: dict[str, tuple[Endpoint, FlowControl, _Limits]] = {}
        for endpoint in project.endpoints:
            for control in controls_of(endpoint, project):
                key, limits = control.key.literal, _limits(control)
                if not key or limits is None:
                    continue
                other, first, theirs = held.setdefault(key, (endpoint, control, limits))
                if other is endpoint or theirs == limits:
                    continue
                one_place = first.span == control.span
                before = _place(first) if one_place else first.span
                yield self.finding(
                    _place(control) if one_place else control.span,
                    f'the flow-control key "{key}" limits `{endpoint.name}` by {_said(limits)} and `{other.name}` by'
                    f" {_said(theirs)}: QStash counts both together, and the higher limit wins",
                    related=(Related(before, f"the flow control of `{other.name}`"),),
                    help="Give each its own key, or both the same limits.",
                )


def _place(control: FlowControl) -> Span:
    """Where the key is given to a helper that makes several flow controls."""
    return control.key.written or control.key.span


def _limits(control: FlowControl) -> _Limits | None:
    """The limits by name; None when one of them is not known."""
    given = {_LIMITS[name]: each for name, each in control.settings.items.items() if name in _LIMITS}
    if not control.settings.complete or any(each.value is None for each in given.values()):
        return None
    return frozenset((name, each.value) for name, each in given.items())


def _said(limits: _Limits) -> str:
    return ", ".join(f"{name} {value}" for name, value in sorted(limits, key=lambda each: each[0]))
