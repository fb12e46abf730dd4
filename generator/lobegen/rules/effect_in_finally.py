"""The rule effect-in-finally."""

from collections.abc import Iterator

from lobegen.model.body import Block, Call, If, Trigger, Try
from lobegen.model.effects import described, outermost
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import children, steps, walk
from lobegen.patterns import compiled
from lobegen.rules.base import Rule, spelled

_CLOSES = compiled(
    r"^_?(a?close|end|stop|release|dispose|disconnect|destroy|quit|clear|clean|cancel|abort|unlock|unsubscribe|remove|off|"
    r"reset|shutdown|flush|exit|detach|free|unref|finish|done|teardown|join|terminate|setStatus|setAttribute|"
    r"set_status|set_attribute|rollback|restore|pop|delete|elapsed|log)(?=$|_|[A-Z])"
)
_PURE = compiled(
    r"^(Math|JSON|Object|Date|Number|String|Array|Boolean|performance|process|time|datetime|dayjs|moment|"
    r"len|str|int|float|bool|list|dict|set|tuple|round|sum|min|max|sorted|isinstance|getattr|hasattr|repr|"
    r"range|enumerate|zip|reversed|any|all|abs|type|next|iter|map|filter)(\.|$)"
)


class EffectInFinally(Rule):
    """Something is done in a `finally` around steps.

    ## What it finds
    A call in the `finally` of a `try` with steps in it, or in `.finally(...)` of a step: a request, a write, a
    metric, any function of the project. What closes, releases or clears (`close`, `end`, `release`, `clearTimeout`,
    ...), log lines, and computations are fine, and so is a call under a condition, such as a flag that is set behind
    the last step.

    ## Why
    A step ends its request by throwing the SDK's abort through the handler, so that `finally` runs once for every
    step, and again at every replay: around three steps nine times, not once at the end.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      try {
        await context.run("build", () => build());
        await context.run("test", () => test());
      } finally {
        await notify("finished"); // warning: [effect-in-finally]
      }
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("build", () => build());
      await context.run("test", () => test());
      await context.run("notify", () => notify("finished"));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/build")
    async def build(context):
        try:
            await context.run("compile", lambda: print("compile"))
        finally:
            await notify("finished")  # warning: [effect-in-finally]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/build")
    async def build(context):
        await context.run("compile", lambda: print("compile"))
        await context.run("notify", lambda: notify("finished"))
    ```

    ## What to do
    Make it a step behind the others. What must happen on failure too belongs into the workflow's failure function.
    """

    severity = Severity.WARNING
    outranks = ("side-effect-outside-step",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every call in a `finally` around steps that closes nothing."""
        for node in walk(endpoint.body):
            if not isinstance(node, Try) or not node.finalizer:
                continue
            blocks = (node.body, node.otherwise, *(handler.body for handler in node.handlers))
            guarded = next((step for block in blocks for step in steps(block)), None)
            if guarded is None:
                continue
            for call in outermost(_calls(node.finalizer)):
                yield self.finding(
                    call.span,
                    f"{described(call)} in a `finally` around `{spelled(guarded, endpoint.language)}`: a step ends each"
                    " request by throwing, and this runs every time",
                    related=(Related(guarded.span, "a step that ends the request by throwing"),),
                    chain=call.chain,
                    help="Do it in a step behind the `try`; leave to `finally` what closes and releases.",
                )


def _calls(block: Block) -> Iterator[Call | Trigger]:
    """The calls of a `finally` that no condition guards, and that are neither closers nor computations."""
    for node in block:
        if isinstance(node, Trigger) or (isinstance(node, Call) and _does(node)):
            yield node
        elif not isinstance(node, If):
            for inner in children(node):
                yield from _calls(inner)


def _does(call: Call) -> bool:
    return call.effect is not None or not (_CLOSES.match(call.name) or _PURE.match(call.callee))
