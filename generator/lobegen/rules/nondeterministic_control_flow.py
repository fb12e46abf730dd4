"""The rule nondeterministic-control-flow."""

from collections.abc import Iterator

from lobegen.model.body import If, Loop, Return
from lobegen.model.exits import authenticated, early_returns
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.replay import CHANGES, Decision, change_in, decisions
from lobegen.model.source import Span
from lobegen.rules.base import Rule, spelled


class NondeterministicControlFlow(Rule):
    """Whether or how often a step runs depends on something that changes between invocations.

    ## What it finds
    A branch, loop or early return that decides about a step, by a condition or collection that depends on the clock,
    on randomness, on a variable kept outside the handler, or on something other than a step that was awaited in the
    handler; through variables, helpers and destructuring. The payload, headers, step results and the environment are
    fine, and so is what is known not to change: configuration, connections, hashes, the body of a response that came
    from a step. A throw is no decision: it fails the run in any case.

    ## Why
    The handler runs again for every step, and has to ask for the same steps in the same order. A condition that holds
    at one invocation and not at the next shifts every step behind it: the request is answered 500 "Incompatible step
    name", retried, and dead-lettered; where the shifted steps have one name, they get each other's results. An early
    return ends the run, and what is left of it is lost.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      if (new Date().getHours() < 9) { // error: [nondeterministic-control-flow]
        await context.sleep("until morning", 3600);
      }
      await context.run("send", () => send());
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const early = await context.run("is it early", () => new Date().getHours() < 9);
      if (early) {
        await context.sleep("until morning", 3600);
      }
      await context.run("send", () => send());
    });
    ```

    ### Wrong (Python)
    ```py
    from datetime import datetime

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/send")
    async def send(context):
        if datetime.now().hour < 9:  # error: [nondeterministic-control-flow]
            await context.sleep("until morning", 3600)
        await context.run("send", lambda: print("sent"))
    ```

    ### Right (Python)
    ```py
    from datetime import datetime

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/send")
    async def send(context):
        early = await context.run("is it early", lambda: datetime.now().hour < 9)
        if early:
            await context.sleep("until morning", 3600)
        await context.run("send", lambda: print("sent"))
    ```

    ## What to do
    Make the value in a step and branch on the step's result: it is remembered, and the same at every invocation.
    """

    outranks = ("nondeterminism-outside-step", "unstable-step-name")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every branch and loop whose decision about a step may be another one at the next invocation."""
        early = early_returns(endpoint.body)
        said: set[tuple[Span, ...]] = set()
        for decision in decisions(endpoint.body):
            origin = change_in(decision.flow)
            if origin is None or authenticated(decision.flow) or _said_elsewhere(decision, early):
                continue
            if decision.flow.causes and decision.flow.causes in said:
                continue
            said.add(decision.flow.causes)
            often = "how often" if isinstance(decision.node, Loop) else "whether"
            related = [Related(cause, "it comes from here") for cause in decision.flow.causes]
            yield self.finding(
                decision.span,
                f"{often} `{spelled(decision.step, endpoint.language)}` runs depends on"
                f" {CHANGES[origin]}: when it changes between two invocations, the replay fails with"
                ' "Incompatible step name" or loses steps',
                related=(Related(decision.step.span, "the step that it decides about"), *related),
                chain=decision.step.chain,
                help="Read it in a step, and decide by the step's result.",
                causes=decision.flow.causes,
            )


def _said_elsewhere(decision: Decision, early: list[Return | If]) -> bool:
    """Whether it is a loop without order, or a return before the first step: other rules speak of these."""
    if isinstance(decision.node, Loop):
        return bool(decision.node.unordered)
    ends = [block[-1] for block in (decision.node.then, decision.node.otherwise) if block]
    return any(end is leave for end in (*ends, decision.node) for leave in early)
