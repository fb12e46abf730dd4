"""The rule missing-existing-filter."""

from collections.abc import Iterator

from lobegen.model.actions import Trigger
from lobegen.model.existing import filters_existing, unfiltered_trigger
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.rules.base import Rule, hides_code


class MissingExistingFilter(Rule):
    """Items are started again although their work is done.

    ## What it finds
    An entry point or pagination of a three-layer workflow that triggers the next layer for items that no filter went
    over: neither a project function that takes the ids of an earlier step, nor a query that excludes what is done.
    Chunks that a pagination gets in its own payload were filtered before and are not judged.

    ## Why
    Workflows are started again: by a schedule, after a crash, with new items. Without a filter every item is done once
    more each time, paid once more, and an entry point reports numbers that are not what is left.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";
    import { WelcomeWorkflow } from "../workflow";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const users = await context.run("count users", () => countUsers());
        if (context.requestPayload?.dryRun) return { success: true, toProcess: users };
        const next = () => WelcomeWorkflow.triggerPaginateUsers({}); // warning: [missing-existing-filter]
        await context.run("paginate", next);
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("list page", () => listPage());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/workflow.ts
    import { Client } from "@upstash/workflow";

    export class WelcomeWorkflow {
      static triggerPaginateUsers(body: object) {
        return new Client({ token: process.env.QSTASH_TOKEN }).trigger({
          workflowRunId: idOf(body),
          url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
          body,
          flowControl: { key: "welcome.paginate", parallelism: 20 },
        });
      }
    }
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";
    import { filterPending, WelcomeWorkflow } from "../workflow";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const users = await context.run("list users", () => listUsers());
        const pending = await context.run("filter existing", () => filterPending(users));
        if (context.requestPayload?.dryRun) return { success: true, toProcess: pending.length };
        await context.run("paginate", () => WelcomeWorkflow.triggerPaginateUsers({}));
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("list page", () => listPage());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/workflow.ts
    import { Client } from "@upstash/workflow";

    export async function filterPending(ids: string[]) {
      const done = await doneIds(ids);
      return ids.filter((id) => !done.has(id));
    }

    export class WelcomeWorkflow {
      static triggerPaginateUsers(body: object) {
        return new Client({ token: process.env.QSTASH_TOKEN }).trigger({
          workflowRunId: idOf(body),
          url: `${process.env.APP_URL}/api/workflows/welcome/paginate-users`,
          body,
          flowControl: { key: "welcome.paginate", parallelism: 20 },
        });
      }
    }
    ```

    ### Wrong (Python)
    ```py
    # file: app/welcome/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.welcome.triggers import LimitedClient, trigger_paginate_users

    router = APIRouter()


    @Serve(router).post("/welcome/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
        users = await context.run("count users", count_users)
        if not dry_run:
            await context.run("paginate", lambda: trigger_paginate_users({}))  # warning: [missing-existing-filter]
    ```
    ```py
    # file: app/welcome/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.welcome.triggers import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("list page", list_page)
    ```
    ```py
    # file: app/welcome/triggers.py
    from qstash import AsyncQStash
    from qstash.message import FlowControl


    class LimitedClient(AsyncQStash):
        pass


    async def trigger_paginate_users(body):
        return await LimitedClient("token").message.publish_json(
            url="https://example.com/welcome/paginate-users",
            body=body,
            deduplication_id=id_of(body),
            flow_control=FlowControl(key="welcome.paginate", parallelism=20),
        )
    ```

    ### Right (Python)
    ```py
    # file: app/welcome/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.welcome.triggers import LimitedClient, filter_pending, trigger_paginate_users

    router = APIRouter()


    @Serve(router).post("/welcome/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
        users = await context.run("list users", list_users)
        pending = await context.run("filter existing", lambda: filter_pending(users))
        if pending and not dry_run:
            await context.run("paginate", lambda: trigger_paginate_users({}))
    ```
    ```py
    # file: app/welcome/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.welcome.triggers import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("list page", list_page)
    ```
    ```py
    # file: app/welcome/triggers.py
    from qstash import AsyncQStash
    from qstash.message import FlowControl


    class LimitedClient(AsyncQStash):
        pass


    async def filter_pending(ids):
        done = await done_ids(ids)
        return [each for each in ids if each not in done]


    async def trigger_paginate_users(body):
        return await LimitedClient("token").message.publish_json(
            url="https://example.com/welcome/paginate-users",
            body=body,
            deduplication_id=id_of(body),
            flow_control=FlowControl(key="welcome.paginate", parallelism=20),
        )
    ```

    ## What to do
    Filter the ids in a step before the trigger, or exclude what is done in the query that lists them.
    """

    severity = Severity.WARNING
    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the first trigger of the endpoint that sends unfiltered items."""
        layer = project.layer_of(endpoint)
        if layer not in (Layer.ENTRY, Layer.PAGINATION):
            return
        trigger = unfiltered_trigger(endpoint, layer, project)
        if trigger and not hides_code(endpoint, project):
            yield self.finding(
                trigger.span,
                f"`{endpoint.name}` calls `{trigger.method}` {_what(trigger, layer, project)}",
                chain=trigger.chain,
                help="Filter what is already done in a step before this trigger.",
            )


def _what(trigger: Trigger, layer: Layer, project: Project) -> str:
    target = project.target_of(trigger)
    if layer is Layer.ENTRY and target is not None and filters_existing(target):
        return f"without a filter: `{target.name}` starts although nothing may be left to do, and counts what is done"
    return "for items that no filter went over: what is done is started again"
