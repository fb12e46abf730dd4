"""The rule missing-flow-control."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Profile, Related, Severity
from lobegen.model.project import Endpoint, Project, TriggerSite
from lobegen.rules.base import Rule


class MissingFlowControl(Rule):
    """Nothing limits how many runs of an endpoint work at the same time.

    ## What it finds
    An endpoint without flow control where its SDK reads it. `@upstash/workflow` 0.x reads it in `serve`, and for the
    first delivery in the trigger: both are needed. 1.x reads it in every trigger of the route. Python's SDK sends none
    by itself: the client given as `qstash_client` has to add it to every message, and the start message has to carry
    it. Found in workflows of three layers; elsewhere you are told where runs are started in a loop, in a batch, or by
    the endpoint itself.

    ## Why
    A fan-out starts hundreds of runs in a second. Without flow control QStash delivers them all at once, to your
    database and to the model provider's rate limit. A limit that the SDK does not read is no limit: with 0.x, flow
    control in `serve` alone does not hold for the delivery that runs each run's first step.

    ## Examples
    ### Wrong (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/greet/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```
    ```ts
    // file: lib/greet.ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export async function greetAll(ids: string[]) {
      for (const id of ids) {
        await client.trigger({ url: `${process.env.APP_URL}/api/greet`, body: { id } }); // info: [missing-flow-control]
      }
    }
    ```

    ### Right (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/greet/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```
    ```ts
    // file: lib/greet.ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export async function greetAll(ids: string[]) {
      for (const id of ids) {
        await client.trigger({
          url: `${process.env.APP_URL}/api/greet`,
          body: { id },
          flowControl: { key: "greet", parallelism: 10, rate: 5 },
        });
      }
    }
    ```

    ### Wrong (Python)
    ```py
    # file: app/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    router = APIRouter()


    @Serve(router).post("/welcome/process-users")  # warning: [missing-flow-control]
    async def process_users(context):
        dry_run = await context.run("read", lambda: (context.request_payload or {}).get("dryRun"))
        pending = await context.run("filter existing", filter_pending)
        if dry_run:
            return
        await context.run("save", lambda: save(pending))
    ```
    ```py
    # file: app/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    router = APIRouter()


    @Serve(router).post("/welcome/paginate-users")  # warning: [missing-flow-control]
    async def paginate_users(context):
        await context.run("filter existing", filter_pending)
    ```

    ### Right (Python)
    ```py
    # file: app/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/process-users", qstash_client=LimitedClient("welcome.process", parallelism=1))
    async def process_users(context):
        dry_run = await context.run("read", lambda: (context.request_payload or {}).get("dryRun"))
        pending = await context.run("filter existing", filter_pending)
        if dry_run:
            return
        await context.run("save", lambda: save(pending))
    ```
    ```py
    # file: app/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/paginate-users", qstash_client=LimitedClient("welcome.paginate", parallelism=20))
    async def paginate_users(context):
        await context.run("filter existing", filter_pending)
    ```

    ## What to do
    Give a flow control with a key and `parallelism` or `rate` where the SDK reads it. `lobegen new` scaffolds both
    languages so.
    """

    severity = Severity.WARNING
    varies = "info outside workflows of three layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the endpoint, or those of its triggers, that lack a flow control."""
        if endpoint.invoked_only:
            return
        sites = project.triggers_of(endpoint)
        severity, profile = _weight(endpoint, project, sites)
        bare = {site.trigger.settings.span: site for site in sites if _bare(site)}
        unknown = endpoint.language == "typescript" and endpoint.old_sdk is None
        if _needs_own(endpoint) and not (unknown and sites and not bare):
            yield self.finding(
                endpoint.span,
                f"`{endpoint.name}` has no flow control{_own_outcome(endpoint, sites)}",
                severity=severity,
                profile=profile,
                guide_severity=Severity.WARNING,
                related=tuple(Related(site.trigger.span, "runs are started here") for site in sites[:3]),
                help=_help(endpoint),
            )
            return
        for span, site in bare.items() if _reads_triggers(endpoint) else ():
            yield self.finding(
                span,
                f"{_named(site)} starts `{endpoint.name}` without flow control: {_outcome(endpoint)}",
                severity=severity,
                profile=profile,
                guide_severity=Severity.WARNING,
                related=(Related(endpoint.span, "the endpoint that it starts"),),
                help="Give this trigger a flow control with a key and `parallelism` or `rate`.",
            )


def _weight(endpoint: Endpoint, project: Project, sites: tuple[TriggerSite, ...]) -> tuple[Severity, Profile]:
    workflow = project.workflow_of(endpoint)
    if workflow and workflow.layers:
        return Severity.WARNING, "layers"
    crowded = any(site.in_loop or site.trigger.batch or site.caller is endpoint for site in sites)
    return (Severity.INFO, "core") if crowded else (Severity.WARNING, "guide")


def _bare(site: TriggerSite) -> bool:
    return site.trigger.flow_control is None and site.trigger.settings.complete


def _named(site: TriggerSite) -> str:
    return "this trigger" if site.trigger.method == "trigger" else f"`{site.trigger.method}`"


def _given(endpoint: Endpoint) -> bool:
    """Whether the endpoint's options give one, or may."""
    by_name = endpoint.options.get("flowControl", "flow_control", "qstash_client")
    return endpoint.flow_control is not None or by_name is not None or not endpoint.options.complete


def _needs_own(endpoint: Endpoint) -> bool:
    """Whether the endpoint's own options have to give one, and do not."""
    return endpoint.old_sdk is not False and not _given(endpoint)


def _reads_triggers(endpoint: Endpoint) -> bool:
    """Whether what a trigger lacks matters; a flow control left in `serve` of 1.x is `removed-serve-option`'s."""
    if endpoint.old_sdk is False:
        return endpoint.flow_control is None and endpoint.options.get("flowControl") is None
    return endpoint.old_sdk is True or endpoint.language == "python"


def _own_outcome(endpoint: Endpoint, sites: tuple[TriggerSite, ...]) -> str:
    if any(site.trigger.flow_control for site in sites):
        return " of its own: that of its trigger holds for the first delivery of each run only"
    return ": every run that is triggered starts at once"


def _outcome(endpoint: Endpoint) -> str:
    if endpoint.old_sdk is False:
        return "nothing limits its deliveries"
    return "nothing limits the first delivery of each run, which runs its first step"


def _help(endpoint: Endpoint) -> str:
    if endpoint.language == "python":
        return "Give a `qstash_client` that adds flow control to every message, and send it with the start message too."
    if endpoint.sdk and endpoint.old_sdk:
        used = f"@upstash/workflow {endpoint.sdk.version} (from {endpoint.sdk.source})"
        return f"{used} reads `flowControl` in `serve`, and in the trigger for the first delivery: give it to both."
    return "Give `flowControl` to every trigger of it (to `serve` too under 0.x)."
