"""The rule unused-suppression."""

from lobegen.model.findings import Severity
from lobegen.rules.base import Rule


class UnusedSuppression(Rule):
    """A comment allows a finding that is not there.

    ## What it finds
    `lobegen: allow RULE (reason)` or `lobegen: allow-file RULE (reason)` where the rule finds nothing, names a rule
    that does not exist, or gives no reason. A rule that is switched off or not selected in this run is not called
    unused.

    ## Why
    A suppression that is no longer needed hides the next fault on its line.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      // lobegen: allow unawaited-step (meant) // warning: [unused-suppression]
      await context.run("greet", () => greet());
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
      // lobegen: allow unawaited-step (a race that we know of)
      context.run("note", () => note());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        # lobegen: allow unnamed-step (meant)  # warning: [unused-suppression]
        await context.run("greet", greet)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        for user in await context.run("list users", list_users):
            # lobegen: allow duplicate-step-name (the list never changes)
            await context.run("greet", lambda user=user: greet(user))
    ```

    ## Fix
    The comment is deleted, or the name in it that is not needed. A comment that names no rule or gives no reason is
    left: it may hold what was meant.
    """

    severity = Severity.WARNING
    by_engine = True
    fixable = True
