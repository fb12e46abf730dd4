"""The rule inconsistent-result-shape."""

from collections.abc import Iterator

from lobegen.model.body import Return
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.results import own_returns
from lobegen.model.style import plain
from lobegen.model.values import Setting, Settings
from lobegen.rules.base import Rule

_COUNTS = {"typescript": ("totalEligible", "toProcess", "alreadyProcessed"),
           "python": ("total_eligible", "to_process", "already_processed")}  # fmt: skip


class InconsistentResultShape(Rule):
    """A handler returns something else than the guide's result.

    ## What it finds
    Returns of a handler, also through a wrapper or `return helper(context)`: an object without `success`, or a text,
    number, boolean or list in its place; `success: false` without an `error`; a return without a value where the same
    handler returns objects elsewhere; and statistics of an entry point that lack some of their counts
    (`totalEligible`, `toProcess`, `alreadyProcessed`, in Python also `total_eligible` ...): those of a dry run, and
    those that hold one of the last two.

    Values that could not be followed and objects with a foreign spread are not judged, nor is a bare return behind
    `context.cancel()` or the end of a handler that never returns anything.

    ## Why
    What a run returns is what its caller reads in `workflowRunResponse`, and what people compare in the console. When
    each path has a shape of its own, `if (!result.success)` takes a success for a failure.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      const user = await context.run("load", () => loadUser(userId));
      if (!user) return { success: false, userId }; // warning: [inconsistent-result-shape]
      return { userId, user }; // warning: [inconsistent-result-shape]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      const user = await context.run("load", () => loadUser(userId));
      if (!user) return { success: false, error: "User not found", userId };
      return { success: true, userId, user };
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        user = await context.run("load", load_user)
        if user is None:
            return {"success": False}  # warning: [inconsistent-result-shape]
        return {"user": user}  # warning: [inconsistent-result-shape]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        user = await context.run("load", load_user)
        if user is None:
            return {"success": False, "error": "user not found"}
        return {"success": True, "user": user}
    ```

    ## What to do
    Return `success: true` and the data, or `success: false` and an `error`; for statistics all of their counts.
    """

    severity = Severity.WARNING
    profile = "guide"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the returns of another shape."""
        returns = own_returns(endpoint.body)
        shaped = any(each.result is not None and each.result.items for each in returns)
        entry = project.layer_of(endpoint) is Layer.ENTRY
        for each in returns:
            problem = _problem(each, endpoint, shaped, entry)
            if problem is not None:
                yield self.finding(each.span, problem[0], chain=each.chain, help=problem[1])


def _problem(node: Return, endpoint: Endpoint, shaped: bool, entry: bool) -> tuple[str, str] | None:
    add = "Return `success: true` and the data, or `success: false` and an `error`."
    if node.value is None or node.value.kind == "none":
        said = "this path ends without a result, where others return an object: its caller cannot tell how it went"
        return (said, add) if shaped and not node.implicit else None
    if node.result is None:
        literal = node.value.kind in ("text", "number", "boolean")
        return ("the run's result is no object: nobody can ask it for `success`", add) if literal else None
    fields = node.result
    success = fields.get("success")
    if success is None:
        said = "the run's result does not say whether it is a success"
        return (f"{said}: who asks for `success` takes it for a failure", add) if fields.complete else None
    if success.value is False and "error" not in fields and fields.complete:
        return "a failure without `error`: nobody can tell what went wrong", "Say it in `error`."
    missing = _missing_counts(fields, endpoint) if entry and fields.complete else []
    if missing:
        named = ", ".join(f"`{name}`" for name in missing)
        return f"these statistics lack {named}: what a dry run is for cannot be read off them", "Add what is missing."
    return None


def _missing_counts(fields: Settings, endpoint: Endpoint) -> list[str]:
    names = {plain(name): setting for name, setting in fields.items.items()}
    wanted = _COUNTS[endpoint.language]
    told = names.get("dryrun")
    statistics = (told is not None and _is_on(told)) or any(plain(name) in names for name in wanted[1:])
    return [name for name in wanted if plain(name) not in names] if statistics else []


def _is_on(setting: Setting) -> bool:
    return setting.kind == "boolean" and setting.value is True
