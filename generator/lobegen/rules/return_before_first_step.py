"""The rule return-before-first-step."""

from collections.abc import Iterator

from lobegen.model.body import If, Return
from lobegen.model.exits import early_returns, is_stepless
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, hides_code


class ReturnBeforeFirstStep(Rule):
    """A path of the handler returns before any step has run.

    ## What it finds
    A `return` that can be reached with no step behind it, and a handler whose end can be reached so. A guard on
    `context.headers` is exempt: the vendor documents that answer as failed authentication. So is a `return` behind
    `await context.cancel()`, and `return await context.run(...)`, which is a step first. A handler that has no step on
    any path is `stepless-workflow`.

    ## Why
    The SDK cannot tell such a request from one with a wrong signature: it is answered 400 "Failed to authenticate
    Workflow request". QStash retries it and puts it on the dead-letter queue, nobody sees the value that was returned,
    and a failure function is not called. It hits good payloads too: on the way back from a `context.call` the payload
    that the guard sees is the call's result.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      const { userId } = context.requestPayload ?? {};
      if (!userId) {
        return { success: false, error: "Missing userId" }; // error: [return-before-first-step]
      }
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { WorkflowNonRetryableError } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      const { userId } = context.requestPayload ?? {};
      if (!userId) throw new WorkflowNonRetryableError("Missing userId");
      await context.run("greet", () => greet(userId));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        user_id = context.request_payload.get("userId")
        if not user_id:
            return  # error: [return-before-first-step]
        await context.run("greet", lambda: greet(user_id))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        user_id = await context.run("read payload", lambda: context.request_payload.get("userId"))
        if not user_id:
            return
        await context.run("greet", lambda: greet(user_id))
    ```

    ## What to do
    Read and check the payload inside a first step and return after it. In TypeScript a bad payload can also end the run
    at once with `throw new WorkflowNonRetryableError(...)`.
    """

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every return that no step precedes, and the condition that skips all steps."""
        hidden = hides_code(endpoint, project)
        if is_stepless(endpoint.body) and not hidden:
            return  # stepless-workflow says so
        for leave in early_returns(endpoint.body):
            if isinstance(leave, If) and hidden:
                continue
            if isinstance(leave, If):
                yield self.finding(
                    leave.test.span,
                    f"when no step is taken here, `{endpoint.name}` ends without one: answered 400 and retried",
                    help="Run a first step before the branch, or leave with a step on every path.",
                )
            else:
                yield self._returned(leave, endpoint)

    def _returned(self, leave: Return, endpoint: Endpoint) -> Finding:
        way_out = "after it" if endpoint.language == "python" else "after it, or throw `WorkflowNonRetryableError`"
        return self.finding(
            leave.span,
            f'`{endpoint.name}` returns before its first step: answered 400 "Failed to authenticate", retried,'
            " and the value is lost",
            chain=leave.chain,
            help=f"Check inside a first step and return {way_out}.",
        )
