"""The rule skipped-layer."""

from collections.abc import Iterator

from lobegen.model.actions import Trigger
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.recursion import Reached, reached
from lobegen.model.values import UNSTABLE, Origin
from lobegen.patterns import compiled
from lobegen.rules.base import Rule

#: what a field is called that names the item of a run
_NAMES_ONE = compiled(r"(^|[a-z_])(id|key|slug|email|name)$|(Id|Key|Slug|Email|Name)$")
_ORDER = (Layer.ENTRY, Layer.PAGINATION, Layer.EXECUTION)


class SkippedLayer(Rule):
    """A layer that triggers another one than the next.

    ## What it finds
    In a workflow of three layers: an entry point that triggers the execution itself although there is a pagination, and
    an execution or pagination that triggers a layer above it. An entry point that starts the execution of the one item
    that its own payload names is fine.

    ## Why
    What an entry point starts by itself comes past the pagination's flow control and chunks: all items at once, and all
    triggers in one step that has to finish within the time of one request. A layer that triggers upward makes a circle
    that no layer ends.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/welcome/[...any]/route.ts
    import { Client } from "@upstash/workflow";
    import { createWorkflow, serveMany } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const at = (path: string) => `${process.env.APP_URL}/api/welcome/${path}`;
    const startPaginate = (body: object) =>
      client.trigger({ url: at("paginate-users"), flowControl: PAGES, workflowRunId: idOf(body), body });
    const startExecute = (body: object) =>
      client.trigger({ url: at("execute-user"), flowControl: ITEMS, workflowRunId: idOf(body), body });

    export const { POST } = serveMany({
      "process-users": createWorkflow(async (context) => {
        const { dryRun } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting());
        if (dryRun) return { toProcess: ids.length };

        for (const userId of ids.slice(0, 50)) {
          await context.run(`start:${userId}`, () => startExecute({ userId })); // warning: [skipped-layer]
        }
      }),
      "paginate-users": createWorkflow(async (context) => {
        const { userIds = [] } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(userIds));
        for (const userId of ids) {
          await context.run(`execute:${userId}`, () => startExecute({ userId }));
        }
      }),
      "execute-user": createWorkflow(async (context) => {
        const { userId = "" } = context.requestPayload ?? {};
        await context.run("greet", () => greet(userId));
      }),
    }, { flowControl: { key: "welcome", parallelism: 1 } });
    ```
    ### Right (TypeScript)
    ```ts
    // file: app/api/welcome/[...any]/route.ts
    import { Client } from "@upstash/workflow";
    import { createWorkflow, serveMany } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const at = (path: string) => `${process.env.APP_URL}/api/welcome/${path}`;
    const startPaginate = (body: object) =>
      client.trigger({ url: at("paginate-users"), flowControl: PAGES, workflowRunId: idOf(body), body });
    const startExecute = (body: object) =>
      client.trigger({ url: at("execute-user"), flowControl: ITEMS, workflowRunId: idOf(body), body });

    export const { POST } = serveMany({
      "process-users": createWorkflow(async (context) => {
        const { dryRun } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting());
        if (dryRun) return { toProcess: ids.length };
        await context.run("paginate", () => startPaginate({ userIds: ids }));
      }),
      "paginate-users": createWorkflow(async (context) => {
        const { userIds = [] } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(userIds));
        for (const userId of ids) {
          await context.run(`execute:${userId}`, () => startExecute({ userId }));
        }
      }),
      "execute-user": createWorkflow(async (context) => {
        const { userId = "" } = context.requestPayload ?? {};
        await context.run("greet", () => greet(userId));
      }),
    }, { flowControl: { key: "welcome", parallelism: 1 } });
    ```
    ### Wrong (Python)
    ```py
    # file: app/welcome.py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve

    BASE = "https://example.com/welcome"
    client = AsyncQStash("token")
    serve = Serve(FastAPI())


    async def start(path, key, body):
        await client.message.publish_json(
            url=f"{BASE}/{path}",
            body=body,
            deduplication_id=id_of(body),
            flow_control=FlowControl(key=key, parallelism=10),
        )


    @serve.post("/welcome/process-users", qstash_client=client)
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
        ids = await context.run("filter existing", filter_existing)

        for each in ids[:50] if not dry_run else []:
            body = {"userId": each}
            await context.run(each, lambda body=body: start("execute-user", "items", body))  # warning: [skipped-layer]


    @serve.post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids = (context.request_payload or {}).get("userIds", [])
        pending = await context.run("filter existing", lambda: filter_existing(ids))
        for each in pending:
            await context.run(f"execute:{each}", lambda each=each: start("execute-user", "execute", {"userId": each}))


    @serve.post("/welcome/execute-user", qstash_client=client)
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("userId", "")
        await context.run("greet", lambda: greet(user_id))
    ```
    ### Right (Python)
    ```py
    # file: app/welcome.py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from qstash.message import FlowControl
    from upstash_workflow.fastapi import Serve

    BASE = "https://example.com/welcome"
    client = AsyncQStash("token")
    serve = Serve(FastAPI())


    async def start(path, key, body):
        await client.message.publish_json(
            url=f"{BASE}/{path}",
            body=body,
            deduplication_id=id_of(body),
            flow_control=FlowControl(key=key, parallelism=10),
        )


    @serve.post("/welcome/process-users", qstash_client=client)
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
        ids = await context.run("filter existing", filter_existing)

        if not dry_run:
            await context.run("paginate", lambda: start("paginate-users", "paginate", {"userIds": ids}))


    @serve.post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids = (context.request_payload or {}).get("userIds", [])
        pending = await context.run("filter existing", lambda: filter_existing(ids))
        for each in pending:
            await context.run(f"execute:{each}", lambda each=each: start("execute-user", "execute", {"userId": each}))


    @serve.post("/welcome/execute-user", qstash_client=client)
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("userId", "")
        await context.run("greet", lambda: greet(user_id))
    ```
    """

    severity = Severity.WARNING
    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the triggers of a layer that do not go to the next one."""
        workflow = project.workflow_of(endpoint)
        layer = workflow.layer_of(endpoint) if workflow else None
        if workflow is None or layer is None:
            return
        for each in reached(endpoint.body):
            target = project.target_of(each.trigger)
            aim = workflow.layer_of(target) if target is not None and target is not endpoint else None
            if target is None or aim is None:
                continue
            page = workflow.layers.get(Layer.PAGINATION)
            if _ORDER.index(aim) < _ORDER.index(layer):
                fault = f"`{endpoint.name}` triggers upward: `{target.name}` starts it again, a circle without an end"
                yield self._said(f"the {layer} {fault}", each.trigger, target)
            elif layer is Layer.ENTRY and aim is Layer.EXECUTION and page is not None and not _one_item(each):
                fault = f"`{endpoint.name}` triggers `{target.name}` past `{page.name}`: all items at once, unchunked"
                yield self._said(f"the {layer} {fault}", each.trigger, target)

    def _said(self, message: str, trigger: Trigger, target: Endpoint) -> Finding:
        return self.finding(
            trigger.span,
            message,
            chain=trigger.chain,
            related=(Related(target.span, "what it triggers"),),
            help="Let the entry trigger the pagination, the pagination the execution, and the execution nothing.",
        )


def _one_item(each: Reached) -> bool:
    """Whether the run is started for what the entry's own payload names, not for what a step or a read found."""
    if each.loops:
        return False
    found = frozenset({Origin.STEP, *UNSTABLE})
    fields = each.trigger.payload_fields
    names = any(_NAMES_ONE.search(name) and Origin.PAYLOAD in flow.origins for name, flow in fields.items())
    return names and all(found.isdisjoint(flow.origins) for flow in (each.trigger.payload, *fields.values()))
