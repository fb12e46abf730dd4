"""The rule guard-rejects-call-result."""

from collections.abc import Iterator

from lobegen.model.actions import Demand, Step
from lobegen.model.body import Call, If, Raise, Return
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.refusals import Refusal, calls, refusals
from lobegen.model.source import Language
from lobegen.rules.base import Rule, spelled


class GuardRejectsCallResult(Rule):
    """A check of the payload before the first step turns the answer of a `context.call` away.

    ## What it finds
    In a workflow that uses `context.call` (or `context.api`), before its first step: a `return` or `throw` for a
    payload that lacks a field, a schema or model that parses the payload, a function of the project that throws for
    it; in Python also `payload["x"]`, the arguments of the first step included. Of parsers in the options: Python's
    `initial_payload_parser` that throws, and under SDK 0.x `schema` and `initialPayloadParser`. Checks that another
    payload passes (`if (payload.dryRun) return`), schemas and models of which each field may be missing, and
    TypeScript's `WorkflowNonRetryableError`, which the SDK accepts there, are fine.

    ## Why
    The answer of the call comes as a request of its own, with the answer as its body. The SDK starts the handler with
    it, up to the first step, to see that it is a workflow. There `userId` is missing although the run was started with
    one: answered 400 or 500, retried, dead-lettered, and the run never goes on. It works as long as nobody calls.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      const { userId } = context.requestPayload;
      if (!userId) return; // error: [guard-rejects-call-result]
      const { status, body } = await context.call("profile", { url: `https://example.com/users/${userId}` });
      if (status === 200) await context.run("greet", () => greet(body));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId?: string }>(async (context) => {
      const userId = await context.run("read payload", () => context.requestPayload.userId);
      if (!userId) return;
      const { status, body } = await context.call("profile", { url: `https://example.com/users/${userId}` });
      if (status === 200) await context.run("greet", () => greet(body));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        user_id = context.request_payload["userId"]  # error: [guard-rejects-call-result]
        answer = await context.call("profile", url=f"https://example.com/users/{user_id}", method="GET")
        if answer.status == 200:
            await context.run("greet", lambda: print(answer.body))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        user_id = await context.run("read payload", lambda: context.request_payload["userId"])
        answer = await context.call("profile", url=f"https://example.com/users/{user_id}", method="GET")
        if answer.status == 200:
            await context.run("greet", lambda: print(answer.body))
    ```

    ## What to do
    Read and check the payload inside a first step: its result is remembered, whatever the request brings.
    """

    outranks = ("throw-before-first-step", "return-before-first-step")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every check that the answer of a call does not pass."""
        call = next(calls(endpoint.body), None)
        if call is None:
            return
        for refusal in refusals(endpoint.body, endpoint.language):
            yield self._found(refusal, call, endpoint)
        option = endpoint.payload.strict
        if option is not None and (endpoint.language == "python" or endpoint.old_sdk):
            yield self.finding(
                option,
                f"the answer of `{spelled(call, endpoint.language)}` goes through this too and is turned away:"
                " the request fails, is retried, and the run never goes on",
                related=(Related(call.span, "the call"),),
                help="Parse the payload inside a first step.",
            )

    def _found(self, refusal: Refusal, call: Step, endpoint: Endpoint) -> Finding:
        return self.finding(
            refusal.test.span if isinstance(refusal, If) else refusal.span,
            f"{_what(refusal, endpoint.language)}, and so it does for the answer of"
            f" `{spelled(call, endpoint.language)}`, a request with another payload: the run never goes on",
            related=(Related(call.span, "the call"),),
            chain=() if isinstance(refusal, If) else refusal.chain,
            help="Read and check the payload inside a first step.",
        )


def _what(refusal: Refusal, language: Language) -> str:
    match refusal:
        case Return():
            return "this returns before the first step"
        case Raise():
            word = "raises" if language == "python" else "throws"
            return f"this {word} before the first step"
        case Demand():
            return f'`["{refusal.field}"]` fails before the first step where the payload has no such field'
        case Call():
            return f"`{refusal.callee}` throws before the first step for a payload that is not as it expects"
        case _:
            return "this leaves out every step where the payload is not as it expects"
