"""The rule effect-on-abort."""

from collections.abc import Iterator

from lobegen.model.abort import witnesses
from lobegen.model.body import Call, Node, Trigger
from lobegen.model.effects import described
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, spelled

_TELLS = compiled(
    r"^_?(record|capture|report|notify|send|track|increment|inc|observe|update|save|mark|insert|alert|publish|store|"
    r"setStatus|set_status|setError|setFailed|set_failed|fail(?=[A-Z_]))(?=$|_|[A-Z]|ed$)"
)


class EffectOnAbort(Rule):
    """A handler around steps takes the SDK's abort for an error before it lets it go.

    ## What it finds
    A `catch` or `except` around steps that rethrows, but first writes, counts or tells something for what may be the
    abort: an update of a row, a metric, a message, a report to an error tracker. Nothing is said when the abort is
    let go first, when the work stands under a condition that leaves the abort out, or when it is only logged.
    Handlers that keep the abort are `swallowed-abort`'s.

    ## Why
    A step ends its request by throwing `WorkflowAbort` through the handler. The handler sees one for every step of a
    run that goes well: the job is marked as failed, the error tracker fills, and somebody is called.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      try {
        await context.run("charge", () => charge());
      } catch (error) {
        await markFailed(error); // warning: [effect-on-abort]
        throw error;
      }
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { WorkflowAbort } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      try {
        await context.run("charge", () => charge());
      } catch (error) {
        if (error instanceof WorkflowAbort) throw error;
        await markFailed(error);
        throw error;
      }
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge(context):
        try:
            await context.run("charge", lambda: print("charge"))
        except Exception as error:
            await mark_failed(error)  # warning: [effect-on-abort]
            raise
    ```

    ### Right (Python)
    ```py
    from upstash_workflow import WorkflowAbort
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge(context):
        try:
            await context.run("charge", lambda: print("charge"))
        except WorkflowAbort:
            raise
        except Exception as error:
            await mark_failed(error)
            raise
    ```

    ## What to do
    Let the abort go first: `if (error instanceof WorkflowAbort) throw error;`, `except WorkflowAbort: raise`.
    """

    severity = Severity.WARNING
    outranks = ("side-effect-outside-step",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the first effect of every handler that an abort passes through."""
        for witness in witnesses(endpoint.body, endpoint.old_sdk):
            told = next((node for node in witness.before if _tells(node)), None)
            if not isinstance(told, Call | Trigger):
                continue
            step = witness.steps[0]
            yield self.finding(
                told.span,
                f"{described(told)} for the abort of"
                f" `{spelled(step, endpoint.language)}` too, before it is let go: every step counts as an error",
                related=(Related(step.span, "this step ends the request by throwing the abort"),),
                chain=told.chain,
                help="Begin the handler with `except WorkflowAbort: raise`."
                if endpoint.language == "python"
                else "Begin the handler with `if (error instanceof WorkflowAbort) throw error;`.",
            )


def _tells(node: Node) -> bool:
    """Whether it writes, counts or tells something, by what is known of it or by its name."""
    if isinstance(node, Call):
        return (node.effect is not None and not node.effect.reads) or bool(_TELLS.match(node.name))
    return isinstance(node, Trigger)
