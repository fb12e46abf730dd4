"""The rule stalled-pagination."""

from collections.abc import Iterator
from itertools import takewhile

from lobegen.model.actions import Step, Trigger
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.recursion import CURSOR, Reached, can_end, own_triggers
from lobegen.model.walk import walk
from lobegen.rules.base import Rule, hides_code

_WAITS = {"sleep", "sleep_until", "wait_for_event", "wait_for_webhook"}
_LATER = ("delay", "notBefore", "not_before")


class StalledPagination(Rule):
    """A pagination that starts itself again where it already is, or without ever ending.

    ## What it finds
    A route that triggers itself and sends the cursor that it was given, a constant one or none; or that triggers itself
    under no condition that could be another one in the next run. A run that has slept when it starts the next one, or
    starts it with a delay, is taken for a schedule that is meant to go on. Payloads that are not known are not judged.

    ## Why
    Each run starts the next one, and nobody watches: the same page is worked on again and again, every run is billed,
    and what is behind that page is never reached. A deploy does not stop it, since the next run is already queued.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const { POST } = serve<{ cursor?: string }>(
      async (context) => {
        const { cursor } = context.requestPayload ?? {};
        const page = await context.run("filter page", () => filterPending(listPage(cursor)));
        if (page.next) {
          await context.run("next page", () =>
            client.trigger({ // error: [stalled-pagination]
              url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
              workflowRunId: `page-${page.next}`,
              flowControl: { key: "welcome.paginate", parallelism: 20 },
              body: { cursor },
            }),
          );
        }
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const { POST } = serve<{ cursor?: string }>(
      async (context) => {
        const { cursor } = context.requestPayload ?? {};
        const page = await context.run("filter page", () => filterPending(listPage(cursor)));
        if (page.next) {
          await context.run("next page", () =>
            client.trigger({
              url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
              workflowRunId: `page-${page.next}`,
              flowControl: { key: "welcome.paginate", parallelism: 20 },
              body: { cursor: page.next },
            }),
          );
        }
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```

    ### Wrong (Python)
    ```py
    # file: app/welcome.py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve

    client = AsyncQStash("token")
    limited = FlowControl(key="welcome.paginate", parallelism=20)


    @Serve(FastAPI()).post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        cursor = (context.request_payload or {}).get("cursor", "")
        page = await context.run("filter page", lambda: filter_pending(cursor))

        async def next_page():
            await client.message.publish_json(  # error: [stalled-pagination]
                url="https://example.com/welcome/paginate-users",
                body={"cursor": page["next"]},
                deduplication_id=f"page-{page['next']}",
                flow_control=limited,
            )

        await context.run("next page", next_page)
    ```

    ### Right (Python)
    ```py
    # file: app/welcome.py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve

    client = AsyncQStash("token")
    limited = FlowControl(key="welcome.paginate", parallelism=20)


    @Serve(FastAPI()).post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        cursor = (context.request_payload or {}).get("cursor", "")
        page = await context.run("filter page", lambda: filter_pending(cursor))

        async def next_page():
            await client.message.publish_json(
                url="https://example.com/welcome/paginate-users",
                body={"cursor": page["next"]},
                deduplication_id=f"page-{page['next']}",
                flow_control=limited,
            )

        if page["next"]:
            await context.run("next page", next_page)
    ```
    """

    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the triggers by which an endpoint starts itself and gets nowhere."""
        if hides_code(endpoint, project):
            return
        for each in own_triggers(endpoint, project):
            problem = _stale(each.trigger, endpoint) or _endless(each)
            if problem and not each.loops and not _later(each.trigger, endpoint):
                yield self.finding(
                    each.trigger.span,
                    f"`{endpoint.name}` starts itself {problem}",
                    chain=each.trigger.chain,
                    related=(Related(endpoint.span, "the route that it starts"),),
                    help="Send the cursor behind this page, and start the next run only where there is one.",
                )


def _stale(trigger: Trigger, endpoint: Endpoint) -> str:
    """What is wrong with the cursor that is sent; empty when it may be a new one, or there is none."""
    sent, fields = trigger.sent, trigger.payload_fields
    known = sent.listed or sent.hands_on
    if not known or any(flow.origins and trigger.sends(name) == "new" for name, flow in fields.items()):
        return ""
    cursors = [name for name in endpoint.payload.fields if CURSOR.search(name)]
    same = [name for name in cursors if trigger.sends(name) == "same"]
    fixed = [name for name in cursors if name in fields and not fields[name].origins]
    missing = [name for name in cursors if trigger.sends(name) == "nothing"]
    if not cursors or len({*same, *fixed, *missing}) < len(cursors):
        return ""
    if same:
        return f"with the `{same[0]}` that it was given: the same page is worked on for ever"
    word = f"with a constant `{fixed[0]}`" if fixed else f"without the `{missing[0]}` that it reads"
    return f"{word}: the same page is worked on for ever"


def _endless(each: Reached) -> str:
    """Why no run is the last one; empty when some condition may end it."""
    if can_end(each) or not each.trigger.settings.complete:
        return ""
    return "in every run, under no condition that ends it: the runs never stop"


def _later(trigger: Trigger, endpoint: Endpoint) -> bool:
    """Whether the next run waits, or this one has waited when it starts it: it is meant to do the same again."""
    if trigger.settings.get(*_LATER):
        return True
    before = takewhile(lambda node: node is not trigger, walk(endpoint.body, callbacks=True))
    return any(isinstance(node, Step) and node.method in _WAITS for node in before)
