"""The rule missing-layer-file."""

import re
from collections.abc import Iterator

from lobegen.model.actions import Call, Trigger
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Layer, Project, Workflow
from lobegen.model.style import kebab, pascal, plain, says_nothing
from lobegen.model.walk import walk
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, hides_code

#: what each layer is, how it may be called, how it should be
_NAMES = {
    Layer.ENTRY: ("entry point", compiled(r"^process-\w"), "process-{entities}"),
    Layer.PAGINATION: ("pagination", compiled(r"^paginate-\w"), "paginate-{entities}"),
    Layer.EXECUTION: ("execution", compiled(r"^(?!process-|paginate-)\w+-\w"), "execute-{entity}"),
}


class MissingLayerFile(Rule):
    """A file of a three-layer workflow is not there, or not called as it should be.

    ## What it finds
    In a workflow of three layers: no entry point, no pagination, no execution or no class that triggers them; and
    names that say something else than the guide: an entry point that is not called `process-{entities}`, a pagination
    that is not called `paginate-{entities}`, an execution that begins with either of the two instead of a verb and its
    entity (`execute-user`, `generate-user`), a class that is not called `{Workflow}Workflow`.

    Nothing is said to be missing where files of the workflow could not be read or followed. Layers that one file
    serves together (`serveMany`) are there. A class that could not be tied to the routes is not said to be missing.

    ## Why
    All workflows being built alike is what lets somebody find their way in one that they have never seen: where items
    are counted, where they are paged, where one of them is worked on, and where a run is started.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";
    import { GreetingWorkflow } from "@/server/workflows/greeting";

    export const { POST } = serve<{ cursor?: string }>( // warning: [missing-layer-file]
      async (context) => {
        const cursor = context.requestPayload?.cursor;
        const ids = await context.run("greeting:filter-existing", () => filterExisting(cursor));
        for (const id of ids) {
          await context.run(`greeting:execute:${id}`, () => GreetingWorkflow.triggerExecuteUser({ id }));
        }
      },
      { flowControl: { key: "greeting.paginate", parallelism: 10 } },
    );
    ```
    ```ts
    // file: app/api/workflows/greeting/execute-user/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ id?: string }>(
      async (context) => {
        await context.run("greeting:greet", () => greet(context.requestPayload?.id ?? "nobody"));
      },
      { flowControl: { key: "greeting.execute", parallelism: 10 } },
    );
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/process-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";
    import { GreetingWorkflow } from "@/server/workflows/greeting";

    export const { POST } = serve<{ dryRun?: boolean }>(
      async (context) => {
        const pending = await context.run("greeting:filter-existing", () => filterExisting());
        if (context.requestPayload?.dryRun) return { success: true, toProcess: pending.length };
        await context.run("greeting:trigger", () => GreetingWorkflow.triggerPaginateUsers({}));
      },
      { flowControl: { key: "greeting.process", parallelism: 1 } },
    );
    ```
    ```ts
    // file: app/api/workflows/greeting/paginate-users/route.ts
    import { serve } from "@upstash/workflow/nextjs";
    import { GreetingWorkflow } from "@/server/workflows/greeting";

    export const { POST } = serve<{ cursor?: string }>(
      async (context) => {
        const cursor = context.requestPayload?.cursor;
        const ids = await context.run("greeting:filter-existing", () => filterExisting(cursor));
        for (const id of ids) {
          await context.run(`greeting:execute:${id}`, () => GreetingWorkflow.triggerExecuteUser({ id }));
        }
      },
      { flowControl: { key: "greeting.paginate", parallelism: 10 } },
    );
    ```
    ```ts
    // file: app/api/workflows/greeting/execute-user/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ id?: string }>(
      async (context) => {
        await context.run("greeting:greet", () => greet(context.requestPayload?.id ?? "nobody"));
      },
      { flowControl: { key: "greeting.execute", parallelism: 10 } },
    );
    ```

    ### Wrong (Python)
    ```py
    # file: app/api/workflows/greeting/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient
    from app.workflows.greeting import GreetingWorkflow

    router = APIRouter()


    @Serve(router).post("/greeting/paginate-users", qstash_client=LimitedClient())  # warning: [missing-layer-file]
    async def paginate_users(context):
        cursor = (context.request_payload or {}).get("cursor", "")
        ids = await context.run("greeting:filter-existing", lambda: filter_existing(cursor))
        for user_id in ids:
            await context.run(f"greeting:greet:{user_id}", lambda: GreetingWorkflow.trigger_execute_user(user_id))
    ```
    ```py
    # file: app/api/workflows/greeting/execute_user.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/greeting/execute-user", qstash_client=LimitedClient())
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("id", "nobody")
        await context.run("greeting:greet", lambda: greet(user_id))
    ```

    ### Right (Python)
    ```py
    # file: app/api/workflows/greeting/process_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient
    from app.workflows.greeting import GreetingWorkflow

    router = APIRouter()


    @Serve(router).post("/greeting/process-users", qstash_client=LimitedClient())
    async def process_users(context):
        dry_run = (context.request_payload or {}).get("dryRun", False)
        pending = await context.run("greeting:filter-existing", filter_existing)
        if not dry_run:
            await context.run("greeting:trigger", lambda: GreetingWorkflow.trigger_paginate_users(len(pending)))
    ```
    ```py
    # file: app/api/workflows/greeting/paginate_users.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient
    from app.workflows.greeting import GreetingWorkflow

    router = APIRouter()


    @Serve(router).post("/greeting/paginate-users", qstash_client=LimitedClient())
    async def paginate_users(context):
        cursor = (context.request_payload or {}).get("cursor", "")
        ids = await context.run("greeting:filter-existing", lambda: filter_existing(cursor))
        for user_id in ids:
            await context.run(f"greeting:greet:{user_id}", lambda: GreetingWorkflow.trigger_execute_user(user_id))
    ```
    ```py
    # file: app/api/workflows/greeting/execute_user.py
    from fastapi import APIRouter
    from upstash_workflow.fastapi import Serve

    from app.clients import LimitedClient

    router = APIRouter()


    @Serve(router).post("/greeting/execute-user", qstash_client=LimitedClient())
    async def execute_user(context):
        user_id = (context.request_payload or {}).get("id", "nobody")
        await context.run("greeting:greet", lambda: greet(user_id))
    ```

    ## What to do
    Add the file that is missing, or call it as the guide does; `lobegen new` writes all of them.
    """

    severity = Severity.WARNING
    profile = "guide"

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield what is missing in, and what is misnamed of, every workflow of three layers."""
        for workflow in project.workflows:
            if workflow.layers:
                yield from self._missing(workflow, project)
                yield from self._misnamed(workflow)
                yield from self._class(workflow, project)

    def _missing(self, workflow: Workflow, project: Project) -> Iterator[Finding]:
        if not _is_known(workflow, project):
            return
        first = _first(workflow)
        # another endpoint of the folder may be a layer that nothing shows to be one: the last ones are
        others = len(workflow.endpoints) - len(workflow.layers)
        missing = [layer for layer in _NAMES if layer not in workflow.layers]
        for layer in missing[: max(0, len(missing) - others)]:
            what, _, wanted = _NAMES[layer]
            message = f"the workflow `{workflow.name}` has no {what} (`{wanted}`)"
            yield self.finding(first.span, message, help=f"Add `{wanted}` beside `{first.name}`.")

    def _misnamed(self, workflow: Workflow) -> Iterator[Finding]:
        for layer, endpoint in workflow.layers.items():
            what, pattern, wanted = _NAMES[layer]
            if not pattern.match(kebab(endpoint.name)):
                message = f"`{endpoint.name}` is the {what} of `{workflow.name}` and is not called so"
                yield self.finding(endpoint.span, message, help=f"Call it `{wanted}`.")

    def _class(self, workflow: Workflow, project: Project) -> Iterator[Finding]:
        owner = workflow.workflow_class
        first = _first(workflow)
        if owner is None:
            if _is_known(workflow, project) and not any(_started_by_name(each) for each in workflow.endpoints):
                yield self.finding(
                    first.span,
                    f"the workflow `{workflow.name}` has no class that triggers its layers",
                    help="Add one with a static `trigger…` method for each layer.",
                )
        elif plain(owner.name) != plain(workflow.name) + "workflow" and not says_nothing(workflow.name):
            yield self.finding(
                owner.span,
                f"`{owner.name}` is the class of the workflow `{workflow.name}` and is not called so",
                related=(Related(first.span, "a layer that it triggers"),),
                help=f"Call it `{pascal(workflow.name)}Workflow`.",
            )


def _first(workflow: Workflow) -> Endpoint:
    """The layer that stands for the workflow: the first that there is."""
    return next(workflow.layers[layer] for layer in Layer if layer in workflow.layers)


def _is_known(workflow: Workflow, project: Project) -> bool:
    """Whether all of the workflow's files could be read and followed."""
    folder = f"{workflow.folder}/"
    lost = [*(each.span for each in project.faults), *(each.span for each in project.unresolved)]
    unread = any(span.path.startswith(folder) for span in lost)
    return not unread and not any(hides_code(each, project) for each in workflow.endpoints)


def _started_by_name(endpoint: Endpoint) -> bool:
    """Whether it starts runs by something that has a name of its own, such as a class with unknown addresses."""
    nodes = walk(endpoint.body, callbacks=True)
    names = (
        node.method if isinstance(node, Trigger) else node.name for node in nodes if isinstance(node, Trigger | Call)
    )
    return any(re.match(r"trigger[A-Z_]", name) for name in names)
