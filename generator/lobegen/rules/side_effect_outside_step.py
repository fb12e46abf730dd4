"""The rule side-effect-outside-step."""

from collections.abc import Iterator

from lobegen.model.body import Call, Trigger
from lobegen.model.effects import described, effects, inner_place, only_reads, overlaps, usual
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.replay import Decision, decisions, followed
from lobegen.model.walk import has_step, steps
from lobegen.rules.base import Rule, hides_code, spelled


class SideEffectOutsideStep(Rule):
    """Something is done to the world outside of a step.

    ## What it finds
    Calls outside of steps that reach the network, a database, files, a queue, a mail or message service, a model, or
    that start a run: by the package that the client or function comes from, by the names that databases and clients
    have in everybody's code (`db.insert(...)`, `prisma.user.update(...)`), and through functions of the project.
    Opening a connection or a client is fine. What only reads is a warning, and nothing is said of it behind the last
    step; a read that decides whether a step runs is an error. What runs only after an error (`catch`) or in a
    `finally` is left to other rules. Functions that lobegen does not know are named in the settings: `side-effects =
    ["sendInvoice", "mailer.send"]`.

    ## Why
    The handler runs from its top at every invocation; only steps are remembered. What stands before the first of N
    steps runs 2N+2 times, what stands between steps once for each invocation that follows: rows are inserted, mails
    sent and models paid again and again. A read that answers differently the next time sends the replay another way,
    which ends in 500 "Incompatible step name".

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { db, runs } from "./db";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await db.insert(runs).values({ id: context.workflowRunId }); // error: [side-effect-outside-step]
      await context.run("work", () => work());
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { db, runs } from "./db";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("note the run", () => db.insert(runs).values({ id: context.workflowRunId }));
      await context.run("work", () => work());
    });
    ```

    ### Wrong (Python)
    ```py
    import requests
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/work")
    async def work(context):
        requests.post("https://example.com/started")  # error: [side-effect-outside-step]
        await context.run("work", lambda: print("work"))
    ```

    ### Right (Python)
    ```py
    import requests
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/work")
    async def work(context):
        await context.run("tell", lambda: requests.post("https://example.com/started").status_code)
        await context.run("work", lambda: print("work"))
    ```

    ## What to do
    Put it into a step, and take what you need from the step's result.
    """

    varies = "warning for what only reads and decides about no step, and behind the last step"
    outranks = ("nondeterministic-control-flow", "unstable-step-name")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every effect outside of steps."""
        if not has_step(endpoint.body):
            return  # a workflow without a step: another rule says so
        decided = list(decisions(endpoint.body))
        named = {cause for step in steps(endpoint.body) for cause in step.name.flow.causes}
        repeated = followed(endpoint.body)
        for node in effects(usual(endpoint.body)):
            decision = next((each for each in decided if _decides(node, each)), None)
            again = id(node) in repeated
            if isinstance(node, Call) and node.effect and node.effect.kind == "model" and hides_code(endpoint, project):
                continue  # a model whose requests are steps
            if only_reads(node) and decision is None and (not again or any(overlaps(node.span, c) for c in named)):
                continue  # harmless behind the last step; unstable-step-name speaks of names
            yield self._found(node, decision, endpoint, again=again)

    def _found(self, node: Call | Trigger, decision: Decision | None, endpoint: Endpoint, *, again: bool) -> Finding:
        outcome = "it runs again at every invocation" if again else "nothing remembers it, and a retry does it again"
        inner = inner_place(node)
        related = [Related(inner, "here")] if inner else []
        if decision is not None:
            step = f"`{spelled(decision.step, endpoint.language)}`"
            outcome += f", and another answer changes whether {step} (line {decision.step.span.line}) runs"
            related.append(Related(decision.span, "it decides here"))
        causes = decision.flow.causes if decision is not None else ()
        return self.finding(
            node.span,
            f"{described(node)} outside a step: {outcome}",
            severity=Severity.ERROR if decision or (again and not only_reads(node)) else Severity.WARNING,
            related=tuple(related),
            chain=node.chain,
            help="Do it in a step, and use the step's result.",
            causes=tuple(cause for cause in causes if overlaps(cause, node.span)),
        )


def _decides(node: Call | Trigger, decision: Decision) -> bool:
    return any(overlaps(node.span, cause) for cause in decision.flow.causes)
