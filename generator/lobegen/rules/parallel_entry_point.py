"""The rule parallel-entry-point."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.flow_control import controls_of
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.source import Span
from lobegen.rules.base import Rule


class ParallelEntryPoint(Rule):
    """The entry point of a three-layer workflow may run more than once at a time.

    ## What it finds
    A flow control of layer 1 (`process-*`) whose `parallelism` is not 1, or that has none.

    ## Why
    The entry point looks at everything there is to do and starts it. Two of them at work see the same items and start
    them twice. `parallelism: 1` keeps their deliveries apart; since it counts deliveries and not runs, it is no lock
    around a whole run: the filter of what is already done is still needed.

    ## Examples
    ### Wrong (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "0.2.23" } }
    ```
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const pending = await context.run("filter existing", () => filterExisting());
        if (context.requestPayload.dryRun) return { success: true, toProcess: pending.length };
        await context.run("save", () => save(pending));
      },
      { flowControl: { key: "welcome.process", parallelism: 5, rate: 1 } }, // warning: [parallel-entry-point]
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("filter existing", () => filterExisting());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20, rate: 5 } },
    );
    ```

    ### Right (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "0.2.23" } }
    ```
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const pending = await context.run("filter existing", () => filterExisting());
        if (context.requestPayload.dryRun) return { success: true, toProcess: pending.length };
        await context.run("save", () => save(pending));
      },
      { flowControl: { key: "welcome.process", parallelism: 1, rate: 1 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("filter existing", () => filterExisting());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20, rate: 5 } },
    );
    ```

    ### Wrong (Python)
    ```py
    # file: app/api/workflows/welcome/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/workflows/welcome/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = await context.run("read", lambda: (context.request_payload or {}).get("dryRun"))
        pending = await context.run("filter existing", filter_existing)
        if dry_run:
            return
        await context.run("save", lambda: save(pending))
    ```
    ```py
    # file: app/api/workflows/welcome/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/workflows/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("filter existing", filter_existing)
    ```
    ```py
    # file: app/start.py
    from qstash import AsyncQStash
    from qstash.message import FlowControl


    async def start(client: AsyncQStash, base: str) -> None:
        await client.message.publish_json(
            url=f"{base}/workflows/welcome/process-users",
            body={"dryRun": False},
            flow_control=FlowControl(key="welcome.process", parallelism=3),  # warning: [parallel-entry-point]
        )
    ```

    ### Right (Python)
    ```py
    # file: app/api/workflows/welcome/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/workflows/welcome/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = await context.run("read", lambda: (context.request_payload or {}).get("dryRun"))
        pending = await context.run("filter existing", filter_existing)
        if dry_run:
            return
        await context.run("save", lambda: save(pending))
    ```
    ```py
    # file: app/api/workflows/welcome/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/workflows/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("filter existing", filter_existing)
    ```
    ```py
    # file: app/start.py
    from qstash import AsyncQStash
    from qstash.message import FlowControl


    async def start(client: AsyncQStash, base: str) -> None:
        await client.message.publish_json(
            url=f"{base}/workflows/welcome/process-users",
            body={"dryRun": False},
            flow_control=FlowControl(key="welcome.process", parallelism=1),
        )
    ```

    ## What to do
    Set `parallelism` to 1 for the entry point, wherever its flow control is given.
    """

    severity = Severity.WARNING
    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every flow control of the entry point that lets more than one delivery work."""
        if project.layer_of(endpoint) is not Layer.ENTRY:
            return
        for control in controls_of(endpoint, project):
            given = control.settings.get("parallelism")
            if given is None and control.settings.complete:
                yield self._at(control.span, endpoint, "has no `parallelism`: any number")
            elif given and given.kind == "number" and given.value != 1:
                yield self._at(given.span, endpoint, f"has `parallelism` {given.value}: so many")

    def _at(self, span: Span, endpoint: Endpoint, fault: str) -> Finding:
        return self.finding(
            span,
            f"the entry point `{endpoint.name}` {fault} of its deliveries work at once and may start items twice",
            help="Set `parallelism` to 1.",
        )
