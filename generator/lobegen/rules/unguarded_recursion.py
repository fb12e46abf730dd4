"""The rule unguarded-recursion."""

import re
from collections.abc import Iterator

from lobegen.model.actions import Trigger
from lobegen.model.body import Loop
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.recursion import Reached, can_end, own_triggers
from lobegen.model.values import Flow, Origin
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, hides_code

#: functions that give parts of a list
_SPLITS = compiled(r"chunk|batch|slice|split|partition|group|window|take|part", re.IGNORECASE)
_UNKNOWN = frozenset({Origin.PARAMETER, Origin.UNKNOWN})


class UnguardedRecursion(Rule):
    """A fan-out into its own route that never gets smaller.

    ## What it finds
    A route that triggers itself in a loop over a list and sends every run the same items or a chunk of them, under no
    condition which the smaller list of the next run could change: neither `items.length > CHUNK_SIZE` nor a branch for
    runs that were given items. Asking whether there are any items is no such condition. Unknown payloads are
    not judged.

    ## Why
    Each run starts several, and each of these several again: after ten levels twenty chunks have become 20¹⁰ runs. Flow
    control only slows it down; every run is billed, until somebody finds and cancels them all.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";
    import { chunk } from "es-toolkit";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const limited = { key: "welcome.paginate", parallelism: 20 };

    export const { POST } = serve<{ userIds?: string[] }>(
      async (context) => {
        const { userIds = [] } = context.requestPayload ?? {};
        const pending = await context.run("filter existing", () => filterExisting(userIds));
        for (const [index, ids] of chunk(userIds, 20).entries()) {
          await context.run(`chunk:${index}`, () =>
            client.trigger({ // error: [unguarded-recursion]
              url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
              workflowRunId: `${context.workflowRunId}-${index}`,
              flowControl: limited,
              body: { userIds: ids },
            }),
          );
        }
        await context.run("greet", () => greet(pending));
      },
      { flowControl: limited },
    );
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";
    import { chunk } from "es-toolkit";

    const CHUNK_SIZE = 20;
    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const limited = { key: "welcome.paginate", parallelism: 20 };

    export const { POST } = serve<{ userIds?: string[] }>(
      async (context) => {
        const { userIds = [] } = context.requestPayload ?? {};
        const pending = await context.run("filter existing", () => filterExisting(userIds));
        if (userIds.length > CHUNK_SIZE) {
          for (const [index, ids] of chunk(userIds, CHUNK_SIZE).entries()) {
            await context.run(`chunk:${index}`, () =>
              client.trigger({
                url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
                workflowRunId: `${context.workflowRunId}-${index}`,
                flowControl: limited,
                body: { userIds: ids },
              }),
            );
          }
          return;
        }
        await context.run("greet", () => greet(pending));
      },
      { flowControl: limited },
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


    async def trigger(run_id, ids):
        await client.message.publish_json(
            url="https://example.com/welcome/paginate-users",
            body={"userIds": ids},
            deduplication_id=run_id,
            flow_control=limited,
        )


    @Serve(FastAPI()).post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids, run = (context.request_payload or {}).get("userIds", []), context.workflow_run_id
        pending = await context.run("filter existing", lambda: filter_existing(ids))
        if len(ids) > 0:
            for start in range(0, len(ids), 20):
                part = ids[start : start + 20]
                await context.run(
                    f"{start}",
                    lambda run_id=f"{run}-{start}", part=part: trigger(run_id, part),  # error: [unguarded-recursion]
                )
        await context.run("greet", lambda: greet(pending))
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


    async def trigger(run_id, ids):
        await client.message.publish_json(
            url="https://example.com/welcome/paginate-users",
            body={"userIds": ids},
            deduplication_id=run_id,
            flow_control=limited,
        )


    @Serve(FastAPI()).post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids, run = (context.request_payload or {}).get("userIds", []), context.workflow_run_id
        pending = await context.run("filter existing", lambda: filter_existing(ids))
        if len(ids) > 20:
            for start in range(0, len(ids), 20):
                part = ids[start : start + 20]
                await context.run(
                    f"{start}",
                    lambda run_id=f"{run}-{start}", part=part: trigger(run_id, part),
                )
        else:
            await context.run("greet", lambda: greet(pending))
    ```
    """

    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the triggers in loops by which an endpoint starts itself again and again."""
        if hides_code(endpoint, project):
            return
        for each in own_triggers(endpoint, project):
            lists = [loop for loop in each.loops if loop.kind == "collection" and loop.at_most not in (0, 1)]
            problem = _problem(each, lists[-1], endpoint) if lists else ""
            if problem:
                yield self.finding(
                    each.trigger.span,
                    f"`{endpoint.name}` starts itself in a loop {problem}",
                    chain=each.trigger.chain,
                    related=(Related(lists[-1].over or lists[-1].span, "the loop"),),
                    help="Split only a list that is longer than a chunk, send each run its chunk, and return.",
                )


def _problem(each: Reached, loop: Loop, endpoint: Endpoint) -> str:
    trigger = each.trigger
    flows = [trigger.payload, *trigger.payload_fields.values()]
    known = trigger.sent.listed or trigger.sent.hands_on or trigger.payload_fields
    if not known or any(not _UNKNOWN.isdisjoint(flow.origins) for flow in flows):
        return ""
    if not any(not flow.variables.isdisjoint(loop.variables) for flow in flows):
        same = _list_sent(trigger, endpoint, loop)
        stays = same and (_splits(loop.iterable) or not can_end(each))
        return f"and sends each run the same {same}: every run starts as many again" if stays else ""
    if can_end(each) or not any(map(_splits, (*flows, loop.iterable))):
        return ""  # children of a tree get fewer by themselves
    return "that a shorter list does not end: a list of one chunk starts itself again, for ever"


def _splits(flow: Flow) -> bool:
    return any(map(_SPLITS.search, flow.through))


def _list_sent(trigger: Trigger, endpoint: Endpoint, loop: Loop) -> str:
    """The list that is handed on whole, as it came or as the loop divides it; empty when none is known to be."""
    if not (trigger.sent.listed or trigger.sent.hands_on):
        return ""
    lists = [each.name for each in endpoint.payload.fields.values() if each.plural]
    same = (name for name in lists if trigger.sends(name) == "same" or _whole(trigger.payload_fields.get(name), loop))
    return next((f"`{name}`" for name in same), "")


def _whole(flow: Flow | None, loop: Loop) -> bool:
    """Whether a field gets what came out of the same steps as the list that a loop divides, and no part of it."""
    over = loop.iterable
    return flow is not None and bool(flow.origins) and flow.origins == over.origins and flow.through < over.through
