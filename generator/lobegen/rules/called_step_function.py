"""The rule called-step-function."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.fixes import Fix, MakeFunction
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Language, Span
from lobegen.model.walk import steps
from lobegen.rules.base import Rule, spelled


class CalledStepFunction(Rule):
    """A step is given the result of a call, not a function.

    ## What it finds
    `context.run("x", work())`: the second argument is what a call returned, an awaited value, or a literal. A call
    that returns a function (a factory, `partial`, `bind`, a wrapper) is fine; of a call that could not be followed
    nothing is said.

    ## Why
    The call runs before `context.run` does, outside the step, at every invocation of the handler: its work is not
    remembered, and repeated. Then the SDK tries to call its result, and the request is answered 500 ("stepFunction is
    not a function", "'coroutine' object is not callable"), retried, and dead-lettered.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("charge", charge(10)); // error: [called-step-function]
    });

    async function charge(amount: number) {
      return { charged: amount };
    }
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("charge", () => charge(10));
    });

    async function charge(amount: number) {
      return { charged: amount };
    }
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge_customer")
    async def charge_customer(context):
        await context.run("charge", charge(10))  # error: [called-step-function]


    async def charge(amount):
        return {"charged": amount}
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge_customer")
    async def charge_customer(context):
        await context.run("charge", lambda: charge(10))


    async def charge(amount):
        return {"charged": amount}
    ```

    ## Fix
    The argument becomes a function: `() => work()`, `lambda: work()`; `await work()` loses its `await`, and becomes
    `async () => …` where something inside is awaited (a Python `lambda` cannot, so that is left). What was called
    before and is only named here is left too, and so is a call that holds another step.
    """

    fixable = True
    outranks = ("side-effect-outside-step", "nondeterminism-outside-step")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every step that is given what a function returned instead of the function."""
        word = "a coroutine or value" if endpoint.language == "python" else "a promise or value"
        for step in steps(endpoint.body):
            if step.passes_function or step.function is None:
                continue
            yield self.finding(
                step.function,
                f"`{spelled(step, endpoint.language)}` is given {word}, not a function: the work runs outside the step,"
                " at every invocation, and then the request is answered 500",
                chain=step.chain,
                fix=None if _holds_step(step.function, endpoint) else _fix(step.function, endpoint.language),
                help="Pass a function that does the work: `lambda: work(...)` or the function's name."
                if endpoint.language == "python"
                else "Pass a function that does the work: `() => work(...)`.",
            )


def _fix(span: Span, language: Language) -> Fix:
    return Fix(f"Pass {'a lambda' if language == 'python' else 'an arrow function'}", (MakeFunction(span),))


def _holds_step(span: Span, endpoint: Endpoint) -> bool:
    """Whether a step is made inside: a function around it would nest it in the other."""
    inside = (step.span for step in steps(endpoint.body))
    return any(span.path == each.path and span.start <= each.start < span.end for each in inside)
