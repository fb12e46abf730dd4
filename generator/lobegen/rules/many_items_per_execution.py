"""The rule many-items-per-execution."""

from collections.abc import Iterator

from lobegen.model.body import Block, Loop, Step
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.source import Span
from lobegen.model.walk import children, steps
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, spelled

_PLURAL_IDS = compiled(r"(^ids|Ids|IDs|_ids)$")


class ManyItemsPerExecution(Rule):
    """The execution layer works on a list instead of one item.

    ## What it finds
    A layer 3 (`execute-*`, `generate-*`, ...) of a three-layer workflow that makes steps in a loop over a list, or that
    takes several ids in its payload. A list written in the code (`["email", "push"]`) is fine.

    ## Why
    One run for one item is what makes the pattern work: an item that fails is retried, and seen, alone; flow control
    counts items; a run stays far below the limit of steps. A run over a list loses all three.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/execute-user/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userIds?: string[] }>(
      async (context) => {
        const { userIds = [] } = context.requestPayload ?? {}; // warning: [many-items-per-execution]
        await context.run("greet", () => greetAll(userIds));
      },
      { flowControl: { key: "welcome.execute", parallelism: 10 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("filter existing", () => filterExisting());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const pending = await context.run("filter existing", () => filterExisting());
        if (context.requestPayload?.dryRun) return { success: true, toProcess: pending.length };
        await context.run("save", () => save(pending));
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/welcome/execute-user/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(
      async (context) => {
        const { userId = "" } = context.requestPayload ?? {};
        await context.run("greet", () => greet(userId));
      },
      { flowControl: { key: "welcome.execute", parallelism: 10 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("filter existing", () => filterExisting());
      },
      { flowControl: { key: "welcome.paginate", parallelism: 20 } },
    );
    ```
    ```ts
    // file: app/api/workflows/welcome/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const pending = await context.run("filter existing", () => filterExisting());
        if (context.requestPayload?.dryRun) return { success: true, toProcess: pending.length };
        await context.run("save", () => save(pending));
      },
      { flowControl: { key: "welcome.process", parallelism: 1 } },
    );
    ```

    ### Wrong (Python)
    ```py
    # file: app/api/workflows/welcome/execute_user.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/execute-user", qstash_client=LimitedClient())
    async def execute_user(context):
        for user in await context.run("list users", list_users):  # warning: [many-items-per-execution]
            await context.run(f"greet:{user['id']}", lambda user=user: greet(user))
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
        if not dry_run:
            await context.run("save", lambda: save(pending))
    ```

    ### Right (Python)
    ```py
    # file: app/api/workflows/welcome/execute_user.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/welcome/execute-user", qstash_client=LimitedClient())
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("userId", "")
        await context.run("greet", lambda: greet(user_id))
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
        if not dry_run:
            await context.run("save", lambda: save(pending))
    ```

    ## What to do
    Take one id, and let the pagination trigger one run for each item.
    """

    severity = Severity.WARNING
    profile = "layers"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield plural ids of the payload and the outermost loops over lists that make steps."""
        if project.layer_of(endpoint) is not Layer.EXECUTION:
            return
        plural = [field for field in endpoint.payload.fields.values() if field.used and _PLURAL_IDS.search(field.name)]
        for field in plural:
            yield self._at(field.first, f"takes several ids in `{field.name}`", endpoint)
        names = {field.name for field in plural}
        for loop in _loops(endpoint.body):
            if names.isdisjoint(loop.iterable.fields):
                step = next(steps(loop.body))
                yield self._at(loop.span, f"makes `{spelled(step, endpoint.language)}` per item", endpoint, step)

    def _at(self, span: Span, fault: str, endpoint: Endpoint, step: Step | None = None) -> Finding:
        return self.finding(
            span,
            f"the execution `{endpoint.name}` {fault}: one item that fails is retried together with all others",
            related=(Related(step.span, "the step that it makes"),) if step else (),
            chain=step.chain if step else (),
            help="Take one id, and trigger one run for each item.",
        )


def _loops(block: Block) -> Iterator[Loop]:
    """The outermost loops that make steps for the items of a list that is not written in the code."""
    for node in block:
        if isinstance(node, Loop) and node.kind == "collection" and node.iterable.origins and any(steps(node.body)):
            yield node
        else:
            for inner in children(node):
                yield from _loops(inner)
