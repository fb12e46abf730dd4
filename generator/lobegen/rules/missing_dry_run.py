"""The rule missing-dry-run."""

import re
from collections.abc import Iterator

from lobegen.model.body import Block, If, Test, Trigger
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.walk import steps, walk
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, hides_code

_DRY_RUN = compiled(r"dry_?run", re.IGNORECASE)


class MissingDryRun(Rule):
    """The entry point of a three-layer workflow cannot be asked what it would do.

    ## What it finds
    A layer 1 (`process-*`) with no condition on a payload flag `dryRun` (`dry_run`), unless it hands the flag on to a
    layer that has one.

    ## Why
    The entry point may start thousands of runs. With a dry run the same code counts them first, and tells how many are
    eligible, how many are left and how many are done, without starting any.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve( // warning: [missing-dry-run]
      async (context) => {
        const pending = await context.run("filter existing", () => filterExisting());
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

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const { dryRun } = context.requestPayload ?? {};
        const pending = await context.run("filter existing", () => filterExisting());
        if (dryRun) return { success: true, toProcess: pending.length, dryRun: true };
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


    @Serve(router).post("/welcome/process-users", qstash_client=LimitedClient())  # warning: [missing-dry-run]
    async def process_users(context):
        pending = await context.run("filter existing", filter_existing)
        await context.run("save", lambda: save(pending))
    ```
    ```py
    # file: app/api/workflows/welcome/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("filter existing", filter_existing)
    ```

    ### Right (Python)
    ```py
    # file: app/api/workflows/welcome/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
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


    @Serve(router).post("/welcome/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        await context.run("filter existing", filter_existing)
    ```

    ## What to do
    Take a boolean `dryRun` in the payload and return the counts before the first trigger when it is on.
    """

    severity = Severity.WARNING
    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the entry point when no condition of it is about a dry run."""
        if project.layer_of(endpoint) is not Layer.ENTRY or not endpoint.payload.readable:
            return
        if not (hides_code(endpoint, project) or _dry_run(endpoint) or _handed_on(endpoint, project)):
            yield self.finding(
                endpoint.span,
                f"the entry point `{endpoint.name}` has no dry run: it cannot be asked how much it would start",
                help="Take `dryRun` in the payload, and return the counts before the first trigger when it is on.",
            )


def _dry_run(endpoint: Endpoint) -> bool:
    """Whether the flag decides something in the handler, or in a step that triggers."""
    if any(field.tested and _DRY_RUN.search(field.name) for field in endpoint.payload.fields.values()):
        return True
    triggering = [each.callback or () for each in steps(endpoint.body) if _triggers(each.callback or ())]
    return _decides(endpoint.body) or any(_decides(callback) for callback in triggering)


def _handed_on(endpoint: Endpoint, project: Project) -> bool:
    """Whether the next layer is told, and asks."""
    targets = [
        project.target_of(site.trigger)
        for site in project.started_by(endpoint)
        if any(_DRY_RUN.search(name) for name in site.trigger.payload_fields)
    ]
    return any(target is not None and _dry_run(target) for target in targets)


def _triggers(block: Block) -> bool:
    return any(isinstance(node, Trigger) for node in walk(block))


def _decides(block: Block) -> bool:
    return any(isinstance(node, If) and _mentions(node.test) for node in walk(block))


def _mentions(test: Test) -> bool:
    names = (*test.flow.fields, *test.flow.through, test.source)
    return any(_DRY_RUN.search(name) for name in names)
