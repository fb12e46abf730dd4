"""The rule unserializable-step-result."""

from collections.abc import Iterator

from lobegen.model.body import Return
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled


class UnserializableStepResult(Rule):
    """A step returns what JSON cannot hold.

    ## What it finds
    A step whose function returns, as a whole or in an object or list, what is known from the code to be a date, a
    decimal, a set, bytes, a Map, a Set, a function, a method that is not called (`response.json`), a response of an
    HTTP client, or an object of a class; also through helpers of the project, and in a list that is mapped or filled.
    In TypeScript only where the result is used at all. Rows of a database are not judged here: `revived-type-use`
    says where a date of theirs is used as a date.

    ## Why
    A result is remembered as JSON. Python's SDK cannot write such a value: the step has done its work, the request is
    answered 500, and the step runs again at every retry. TypeScript's writes something else without a word: a Date
    becomes a text, a Map or Set `{}`, a function nothing, an object of a class loses its methods; a BigInt fails.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const ids = await context.run("load ids", async () => {
        return new Set(await loadIds()); // warning: [unserializable-step-result]
      });
      await context.run("greet", () => greet(ids));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const ids = await context.run("load ids", async () => {
        return [...new Set(await loadIds())];
      });
      await context.run("greet", () => greet(ids));
    });
    ```

    ### Wrong (Python)
    ```py
    from datetime import datetime, timedelta

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/remind")
    async def remind(context):
        async def plan():
            return {"at": datetime.now() + timedelta(days=1)}  # error: [unserializable-step-result]

        planned = await context.run("plan", plan)
        await context.run("remind", lambda: print(planned["at"]))
    ```

    ### Right (Python)
    ```py
    from datetime import datetime, timedelta

    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/remind")
    async def remind(context):
        async def plan():
            return {"at": (datetime.now() + timedelta(days=1)).isoformat()}

        planned = await context.run("plan", plan)
        await context.run("remind", lambda: print(planned["at"]))
    ```

    ## What to do
    Return texts, numbers, lists and plain objects: `date.isoformat()`, `[...set]`, `Object.fromEntries(map)`,
    `model.model_dump(mode="json")`, what the response holds.
    """

    varies = "warning in TypeScript, where the value is changed without an error"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every part of a step's result that JSON cannot hold."""
        python = endpoint.language == "python"
        for step in steps(endpoint.body):
            returned = (node for node in walk(step.callback or ()) if isinstance(node, Return))
            for odd in [odd for node in returned for odd in node.odd if python or not step.ignored]:
                part = f"`{odd.path.lstrip('.')}` of what " if odd.path else "what "
                yield self.finding(
                    odd.span,
                    f"{part}`{spelled(step, endpoint.language)}` returns is {odd.kind}: {_becomes(odd.kind, python)}",
                    severity=Severity.ERROR if python else Severity.WARNING,
                    related=(Related(step.span, "the step that returns it"),),
                    chain=step.chain,
                    help=_help(odd.kind),
                )


def _becomes(kind: str, python: bool) -> str:
    if python:
        return "JSON has none, so the request fails with a TypeError and the step runs again at every retry"
    if kind in ("a BigInt", "a response"):
        return "it cannot be written as JSON, the request fails, and the step runs again at every retry"
    if kind.endswith((" date", " Date")):
        return "it comes back as a text"
    if kind in ("a function", "a method that is not called", "a class", "a Symbol"):
        return "it comes back as nothing"
    if "class" in kind:
        return "it comes back without its methods"
    return "it comes back as an object without its content" if kind != "a Buffer" else "it comes back as another object"


def _help(kind: str) -> str:
    if kind.lower().endswith(("date", "datetime")):
        return "Return a text, such as the date in ISO format."
    if kind == "a method that is not called":
        return "Call it."
    if kind.lower().endswith("response"):
        return "Return what the response holds, not the response."
    if kind.endswith((" set", " Set", " Map", "generator", "object")):
        return "Return a list or a plain object of it."
    return "Return texts, numbers, lists and plain objects only."
