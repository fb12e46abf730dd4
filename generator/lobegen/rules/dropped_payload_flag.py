"""The rule dropped-payload-flag."""

from collections.abc import Iterator

from lobegen.model.contract import dropped_flags, flags, plain
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Project, TriggerSite
from lobegen.rules.base import Rule, hides_code


class DroppedPayloadFlag(Rule):
    """A flag that one layer works with and does not hand on to the next.

    ## What it finds
    A trigger inside a route whose payload has a flag (`force`, `paidOnly`, any boolean) that the route works with and
    the target, or a later layer that the target triggers, works with too, and that is not sent; flags in a `...rest` of
    the payload, of an object or of a helper's parameter too. A dry run is no such flag: it ends before the trigger.
    Payloads that are not known are not judged.

    ## Why
    The later layer takes the flag's default. `force` starts a run that filters with force and then skips every item as
    done; `paidOnly` selects who has paid and greets all others too. Nothing fails, so nobody sees it.

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
        const { dryRun, force = false } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(force));
        if (dryRun) return { toProcess: ids.length };
        await context.run("paginate", () => startPaginate({ userIds: ids, force }));
      }),
      "paginate-users": createWorkflow(async (context) => {
        const { userIds = [], force = false } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(userIds, force));
        for (const userId of ids) {
          await context.run(`execute:${userId}`, () => startExecute({ userId })); // warning: [dropped-payload-flag]
        }
      }),
      "execute-user": createWorkflow(async (context) => {
        const { userId = "", force = false } = context.requestPayload ?? {};
        await context.run("greet", () => greet(userId, force));
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
        const { dryRun, force = false } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(force));
        if (dryRun) return { toProcess: ids.length };
        await context.run("paginate", () => startPaginate({ userIds: ids, force }));
      }),
      "paginate-users": createWorkflow(async (context) => {
        const { userIds = [], force = false } = context.requestPayload ?? {};
        const ids = await context.run("filter existing", () => filterExisting(userIds, force));
        for (const userId of ids) {
          await context.run(`execute:${userId}`, () => startExecute({ userId, force }));
        }
      }),
      "execute-user": createWorkflow(async (context) => {
        const { userId = "", force = false } = context.requestPayload ?? {};
        await context.run("greet", () => greet(userId, force));
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
        force = (context.request_payload or {}).get("force", False)
        ids = await context.run("filter existing", lambda: filter_existing(force))
        if not dry_run:
            body = {"ids": ids}
            await context.run("page", lambda: start("paginate-users", "page", body))  # warning: [dropped-payload-flag]


    @serve.post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids = (context.request_payload or {}).get("ids", [])
        force = (context.request_payload or {}).get("force", False)
        pending = await context.run("filter existing", lambda: filter_existing(ids, force))
        for each in pending:
            await context.run(each, lambda each=each: start("execute-user", "items", {"userId": each}))


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
        force = (context.request_payload or {}).get("force", False)
        ids = await context.run("filter existing", lambda: filter_existing(force))
        if not dry_run:
            await context.run("pages", lambda: start("paginate-users", "pages", {"ids": ids, "force": force}))


    @serve.post("/welcome/paginate-users", qstash_client=client)
    async def paginate_users(context):
        ids = (context.request_payload or {}).get("ids", [])
        force = (context.request_payload or {}).get("force", False)
        pending = await context.run("filter existing", lambda: filter_existing(ids, force))
        for each in pending:
            await context.run(each, lambda each=each: start("execute-user", "items", {"userId": each}))


    @serve.post("/welcome/execute-user", qstash_client=client)
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("userId", "")
        await context.run("greet", lambda: greet(user_id))
    ```
    """

    severity = Severity.WARNING
    profile = "layers"
    outranks = ("payload-contract-mismatch",)

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the triggers that leave a flag out."""
        for site in project.triggers:
            caller, target = site.caller, project.target_of(site.trigger)
            if caller is None or target is None or hides_code(caller, project) or hides_code(target, project):
                continue
            if project.layer_of(caller) is not None or project.layer_of(target) is not None:
                yield from self._said(site, project)

    def _said(self, site: TriggerSite, project: Project) -> Iterator[Finding]:
        for name, (field, asks) in dropped_flags(site, project).items():
            caller = site.caller.name if site.caller else ""
            later = flags(asks.payload)[plain(name)]
            yield self.finding(
                site.trigger.span,
                f"`{caller}` works with `{name}` and does not hand it on: `{asks.name}` asks for it too, and gets none",
                chain=site.trigger.chain,
                related=(
                    Related(field.first, "where this run reads it"),
                    Related(later.first, "where the later run reads it"),
                ),
                help=f"Send `{name}` along, also through the layers between.",
            )
