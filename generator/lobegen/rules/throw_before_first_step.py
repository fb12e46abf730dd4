"""The rule throw-before-first-step."""

from collections.abc import Iterator

from lobegen.model.body import Call, Raise, Return
from lobegen.model.exits import Exit, exits_before_first_step
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.values import Origin
from lobegen.model.walk import has_step
from lobegen.rules.base import Rule


class ThrowBeforeFirstStep(Rule):
    """The handler throws, or validates by throwing, before its first step.

    ## What it finds
    A `throw` or `raise` that no step precedes, and a call there that is known to throw for a bad payload: a schema's
    `parse`, `model_validate`, a function of the project that throws. TypeScript's `WorkflowNonRetryableError` and
    classes made of it are exempt, and so is a guard on `context.headers`.

    ## Why
    The request is answered 500. QStash retries it like an outage, three times by default and with growing delays, and
    then puts it on the dead-letter queue: every bad payload becomes a retry storm. A failure function does not run
    either, since it starts the handler once more to find its first step.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      if (!context.requestPayload.userId) {
        throw new Error("Missing userId"); // warning: [throw-before-first-step]
      }
      await context.run("greet", () => greet(context.requestPayload));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { WorkflowNonRetryableError } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      if (!context.requestPayload.userId) {
        throw new WorkflowNonRetryableError("Missing userId");
      }
      await context.run("greet", () => greet(context.requestPayload));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        if "userId" not in context.request_payload:
            raise ValueError("Missing userId")  # warning: [throw-before-first-step]
        await context.run("greet", lambda: greet(context.request_payload))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        def known_user():
            return context.request_payload.get("userId")

        user_id = await context.run("read payload", known_user)
        if user_id:
            await context.run("greet", lambda: greet(user_id))
    ```

    ## What to do
    Check inside a first step. In TypeScript, throw `WorkflowNonRetryableError`: it ends the run at once, and visibly.
    """

    severity = Severity.WARNING

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every throw, and every call that throws for a bad payload, that no step precedes."""
        leaves = exits_before_first_step(endpoint.body)
        if not has_step(endpoint.body) and any(isinstance(leave.node, Return) for leave in leaves):
            return  # a workflow without a step: another rule says so
        for leave in leaves:
            thrower = _thrower(leave, endpoint)
            if thrower and not leave.authenticates:
                yield self.finding(
                    leave.node.span,
                    f"{thrower} before the first step of `{endpoint.name}`: answered 500 and retried like an outage",
                    chain=leave.node.chain,
                    help="Check inside a first step."
                    if endpoint.language == "python"
                    else "Check inside a first step, or throw `WorkflowNonRetryableError`, which is not retried.",
                )


def _thrower(leave: Exit, endpoint: Endpoint) -> str:
    match leave.node:
        case Raise() if not (leave.node.non_retryable and endpoint.language == "typescript"):
            word = "raises" if endpoint.language == "python" else "throws"
            return f"{word} `{leave.node.error}`" if leave.node.error else f"{word} an error"
        case Call() if Origin.PAYLOAD in (leave.node.arguments | leave.node.receiver).origins:
            return f"`{leave.node.callee}` throws for a bad payload"
    return ""
