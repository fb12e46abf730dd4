"""The rule unknown-context-method."""

from collections.abc import Iterator

from lobegen.model.body import ContextCall, If
from lobegen.model.findings import Finding
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import Language
from lobegen.model.walk import walk
from lobegen.rules.base import Rule

#: methods of the context; facts: "Other Python facts", and the types of both TypeScript lines
METHODS: dict[Language, tuple[str, ...]] = {
    "python": ("run", "call", "sleep", "sleep_until"),
    "typescript": (
        *("run", "call", "sleep", "sleepUntil", "waitForEvent", "notify", "invoke", "createWebhook"),
        *("waitForWebhook", "cancel", "api"),
    ),
}
#: methods of every object
_OF_OBJECTS = {"toString", "toLocaleString", "valueOf", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"}


class UnknownContextMethod(Rule):
    """A method that the workflow context does not have.

    ## What it finds
    A call of a method that the SDK's context does not offer. Python's context has `run`, `call`, `sleep` and
    `sleep_until` only: no `wait_for_event`, `notify`, `invoke`, and no `cancel`, although the vendor's pages show it.

    ## Why
    The call fails when the handler reaches it: 500, retried, dead-lettered. In Python, before the first step, it is
    answered 400, since the SDK takes the request for one that has no step.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
      await context.wait("settle", 60); // error: [unknown-context-method]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
      await context.sleep("settle", 60);
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
        await context.wait_for_event("paid", "order-paid")  # error: [unknown-context-method]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
        await context.sleep("settle", 60)
        await context.run("check payment", check_payment)
    ```

    ## What to do
    Use a method that the installed SDK has; the finding names the nearest one.
    """

    outranks = ("unresolved-code",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield calls of methods that the context lacks, those inside step functions too."""
        known = METHODS[endpoint.language]
        nodes = list(walk(endpoint.body, callbacks=True))
        asked = [node.then for node in nodes if isinstance(node, If) and "hasattr(" in node.test.source]
        optional = {id(node) for then in asked for node in walk(then, callbacks=True)}
        for node in nodes:
            if not isinstance(node, ContextCall) or node.method in known or id(node) in optional:
                continue
            if endpoint.language == "typescript" and node.method in _OF_OBJECTS:
                continue
            from difflib import get_close_matches  # imported for a mistake only

            near = get_close_matches(node.method, known, n=1, cutoff=0.5)
            used = f" ({endpoint.sdk.version}, from {endpoint.sdk.source})" if endpoint.sdk else ""
            yield self.finding(
                node.span,
                f"the context of {endpoint.package}{used} has no method `{node.method}`:"
                " the request fails when it gets here",
                chain=node.chain,
                help=(f"Did you mean `{near[0]}`? " if near else "") + f"It has {', '.join(known)}.",
            )
