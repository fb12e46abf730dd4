"""The rule swallowed-abort."""

from collections.abc import Iterator

from lobegen.model.abort import Swallow, swallowed_aborts
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, counted, spelled


class SwallowedAbort(Rule):
    """The SDK's abort is caught around a step and does not leave the handler.

    ## What it finds
    A step under a `try` whose handler keeps the SDK's abort: a bare `except`, `except Exception`, any `catch` that does
    not rethrow when the error is an `instanceof WorkflowAbort`. Likewise `.catch()` or a second argument of `.then` on
    a step, `Promise.allSettled` over steps, `contextlib.suppress(Exception)`, `gather(return_exceptions=True)`,
    functions of libraries that keep errors or try again (`await-to-js`, `neverthrow`, `p-retry`), and
    `return`, `break`, `continue` or a step in a `finally`. A handler that runs another step, or throws another error,
    before it lets the abort go is found too. Rethrowing the same error is fine, but
    not where `instanceof WorkflowAbort` asks for the class of another copy of the SDK than that of `serve`. That is
    said only where it is known how the files are loaded: by `require`, `.cjs`, `.mjs`, `type` in package.json, `module`
    in tsconfig.json where no bundler is named in package.json.

    ## Why
    A step ends the request by throwing: after its work is recorded, the SDK throws `WorkflowAbort` out of the handler
    and calls it again later. Kept around the first step, the request is answered 400 and nothing ever runs. Kept around
    a later one, the run is finished early: its remaining steps are lost, and it counts as a success. Where another step
    comes next in the same request, the SDK for TypeScript takes both for parallel steps: that one runs without the
    result before it, and again at the replay, and from a `catch` it makes the run fail with "Incompatible step name".
    The SDK for Python answers 500.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      try {
        await context.run("charge", () => charge());
      } catch (error) { // error: [swallowed-abort]
        console.error(error);
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
        console.error(error);
      }
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        try:
            await context.run("charge", charge)
        except Exception:  # error: [swallowed-abort]
            pass
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/charge")
    async def charge_customer(context):
        async def charge_or_note():
            try:
                return await charge()
            except Exception as error:
                return {"failed": str(error)}

        await context.run("charge", charge_or_note)
    ```

    ## What to do
    Put the `try` inside the step's function, catch the narrow error that you mean, or rethrow the abort first:
    `if (error instanceof WorkflowAbort) throw error;`, in Python `except WorkflowAbort: raise`.
    `instanceof` needs the SDK as ES modules, as bundlers and Next.js load it: under CommonJS (`require`) each entry of
    the SDK has classes of its own. There, take `serve` and `WorkflowAbort` from the same entry, or put the `try` inside
    the step.
    """

    outranks = ("parallel-step-in-python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every place that keeps an abort."""
        for swallow in swallowed_aborts(endpoint.body, endpoint.old_sdk):
            if swallow.by_name:
                continue  # abort-matched-by-name says so
            guarded = swallow.steps[0]
            yield self.finding(
                swallow.span,
                f"{_what(swallow, endpoint)} the abort of {_which(swallow, endpoint)}: {_outcome(swallow, endpoint)}",
                related=(Related(guarded.span, "this step ends the request by throwing the abort"), *_copies(swallow)),
                chain=guarded.chain,
                help=_help(swallow, endpoint),
            )


def _what(swallow: Swallow, endpoint: Endpoint) -> str:
    python = endpoint.language == "python"
    subject = {
        "try": "this `except`" if python else "this `catch`",
        "promise": "this rejection handler",
        "call": "this call",
        "suppress": "`suppress`",
        "settled": "`gather(return_exceptions=True)`" if python else "`Promise.allSettled`",
        "finally": "this step in `finally`" if swallow.fate == "runs a step" else "this jump out of `finally`",
    }[swallow.form]
    manner = {
        "runs a step": "runs at" if swallow.form == "finally" else "runs another step instead of letting go of",
        "throws another error": "throws another error in place of",
    }.get(swallow.fate, "swallows")
    return f"{subject} {manner}"


def _which(swallow: Swallow, endpoint: Endpoint) -> str:
    named = f"`{spelled(swallow.steps[0], endpoint.language)}`"
    return named if len(swallow.steps) == 1 else f"{named} and {counted(len(swallow.steps) - 1, 'more step')}"


def _outcome(swallow: Swallow, endpoint: Endpoint) -> str:
    if swallow.fate == "throws another error":
        return "the SDK takes every step for a failure of the run"
    if swallow.fate == "runs a step" or swallow.followed:
        if endpoint.language == "python":
            return "the SDK refuses the next step in the same request, answered 500 and retried"
        if swallow.form == "finally" and swallow.fate == "runs a step":
            return "two steps are sent at once, so this one runs twice or the run fails"
        if swallow.fate == "runs a step":
            return 'both are taken for parallel steps, and the replay fails with "Incompatible step name"'
        return "the next step runs in the same request, without this one's result, and may run again"
    if swallow.first:
        return "every request is answered 400 and the workflow never runs"
    return "the run is finished early and what follows is lost"


def _copies(swallow: Swallow) -> tuple[Related, ...]:
    """The `instanceof` that does not hold."""
    never = "never true: as CommonJS each entry of the SDK has classes of its own, and `serve` comes from another"
    return (Related(swallow.by_copy, never),) if swallow.by_copy is not None else ()


def _help(swallow: Swallow, endpoint: Endpoint) -> str:
    if swallow.by_copy is not None:
        return (
            "Load the SDK as ES modules, or take `serve` and `WorkflowAbort` from one entry, or catch errors inside the"
            " step's function."
        )
    if endpoint.language == "python":
        if swallow.form == "settled":
            return "Await the steps one after the other: the Python SDK has no parallel steps."
        return "Catch errors inside the step's function, name narrow ones, or put `except WorkflowAbort: raise` first."
    if swallow.form == "settled":
        return "Use `Promise.all`, and catch errors inside each step's function."
    if swallow.form == "finally" and swallow.fate == "runs a step":
        return "Make the step behind the `try`; what must happen after a failure belongs into the failure function."
    if swallow.form == "call":
        return "Call it inside the step's function."
    return "Catch errors inside the step's function, or begin with `if (error instanceof WorkflowAbort) throw error;`."
