"""The rule dry-run-effect."""

from collections.abc import Iterator

from lobegen.model.actions import Call, Trigger
from lobegen.model.body import If
from lobegen.model.dry_run import FLAG, decides_on_dry_run, done_in_dry_run, hands_flag_on
from lobegen.model.effects import described, inner_place, outermost, overlaps
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Span
from lobegen.model.walk import walk
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, hides_code

#: writes that a dry run must not make; a request may be a read, a file a report
_KINDS = {"database", "message", "queue"}
#: what a project function that writes inside is called where writing is its purpose, not a cache or a first connection
_SAYS_SO = compiled(
    r"^_?(save|mark|insert|update|upsert|delete|remove|create|write|store|set|add|send|notify|mail|enqueue|publish|reset)"
    r"([A-Z_]|$)"
)


class DryRunEffect(Rule):
    """A dry run that does what it should only count.

    ## What it finds
    In a route that asks for its payload's `dryRun` (`dry_run`): a trigger, or a write to a database, queue or mailbox,
    that is still reached when the flag is on; of functions of the project only those that are called after it (`mark`,
    `saveAll`). A trigger that hands the flag on is none, nor is one whose payload is not known. Conditions about
    something else are taken to go either way.

    ## Why
    A dry run is started to look before anything happens. Where an effect stands before the flag is asked for, or on the
    wrong side of it, the look starts the runs, and nobody expects them.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/welcome/process-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const limited = { key: "welcome.paginate", parallelism: 20 };
    const startPaginate = (body: { userIds: string[] }) =>
      client.trigger({ url: PAGINATE_URL, flowControl: limited, workflowRunId: idOf(body), body });

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const { dryRun } = context.requestPayload ?? {};
        const userIds = await context.run("filter existing", () => filterExisting());
        await context.run("paginate", () => startPaginate({ userIds })); // error: [dry-run-effect]
        if (dryRun) return { toProcess: userIds.length };
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
    ```
    ### Right (TypeScript)
    ```ts
    // file: app/api/welcome/process-users/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const limited = { key: "welcome.paginate", parallelism: 20 };
    const startPaginate = (body: { userIds: string[] }) =>
      client.trigger({ url: PAGINATE_URL, flowControl: limited, workflowRunId: idOf(body), body });

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const { dryRun } = context.requestPayload ?? {};
        const userIds = await context.run("filter existing", () => filterExisting());
        if (dryRun) return { toProcess: userIds.length };
        await context.run("paginate", () => startPaginate({ userIds }));
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
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
        await context.run("pages", lambda: start("paginate-users", "pages", {"ids": ids}))  # error: [dry-run-effect]
        if not dry_run:
            await context.run("report", lambda: report(ids))
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
            await context.run("paginate", lambda: start("paginate-users", "pages", {"ids": ids}))
    ```
    """

    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what a dry run of the endpoint does."""
        if not decides_on_dry_run(endpoint) or hides_code(endpoint, project):
            return
        asked = _asked(endpoint)
        done = done_in_dry_run(endpoint.body)
        told = [each.span for each in done if isinstance(each, Call) and any(map(FLAG.search, each.arguments.fields))]
        for node in outermost(each for each in done if _counts(each)):
            if any(overlaps(node.span, span) for span in told):
                continue  # what is written says that it is a dry run
            inner = inner_place(node)
            related = (Related(inner, "what it does there"),) if inner else ()
            yield self.finding(
                node.span,
                f"{described(node)} in a dry run of `{endpoint.name}` too",
                chain=node.chain,
                related=(*related, *((Related(asked, "where the flag is asked for"),) if asked else ())),
                help="Return the counts before it when the flag is on, or hand the flag on to what is triggered.",
            )


def _counts(node: Call | Trigger) -> bool:
    if isinstance(node, Trigger):
        return not hands_flag_on(node)
    if node.effect is None or node.effect.reads or node.effect.kind not in _KINDS:
        return False
    return not node.effect.callee or bool(_SAYS_SO.match(node.name))


def _asked(endpoint: Endpoint) -> Span | None:
    branches = (node for node in walk(endpoint.body, callbacks=True) if isinstance(node, If))
    return next((node.test.span for node in branches if any(map(FLAG.search, node.test.flow.fields))), None)
