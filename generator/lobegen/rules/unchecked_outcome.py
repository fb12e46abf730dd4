"""The rule unchecked-outcome."""

import re
from collections.abc import Iterator

from lobegen.model.body import Block, If
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled

#: by method: what says how it went, what goes on regardless, what to do
_TELLING = {
    "call": ({"status", "header"}, "does not fail on an error status: an answer of 500 counts as done",
             "Look at `status`: throw in a step of its own, or go another way."),
    "api": ({"status", "header"}, "does not fail on an error status: an answer of 500 counts as done",
            "Look at `status`: throw in a step of its own, or go another way."),
    "invoke": ({"isFailed", "isCanceled"}, "does not fail with the run that it started",
               "Look at `isFailed` and `isCanceled`."),
    "wait_for_event": ({"timeout"}, "goes on without data when the event does not come",
                       "Look at `timeout` before using `eventData`."),
    "wait_for_webhook": ({"timeout"}, "goes on without a request when nobody calls the webhook",
                         "Look at `timeout` before using `request`."),
}  # fmt: skip


class UncheckedOutcome(Rule):
    """The result of a call, an invocation or a wait that nobody asks how it went.

    ## What it finds
    A `context.call` (or `context.api.openai.call` and its like) whose `status` is never read, a `context.invoke` whose
    `isFailed` and `isCanceled` are never read, and a `context.waitForEvent` or `context.waitForWebhook` whose `timeout`
    is never read (nor its `eventData` or `request` tested), where the result is dropped, kept in a variable or taken
    apart; also of several in one `Promise.all` or a list, where none is asked. A result that goes elsewhere, to another
    function or out of the handler, is not judged, nor is a call of the old SDK (`@upstash/qstash/*`), which gave the
    body alone.

    ## Why
    None of them throws. A call of an API that answers 500 after its retries is a finished step like any other, and
    the workflow goes on with an error page for a body; an invoked run that failed gives no result; a wait that ran out
    gives no data.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const { body } = await context.call("price", { url: PRICES }); // warning: [unchecked-outcome]
      await context.run("reserve", () => reserve(body));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const { status, body } = await context.call("price", { url: PRICES });
      await context.run("reserve", () => {
        if (status !== 200) throw new Error(`no price: ${status}`);
        return reserve(body);
      });
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        price = await context.call("price", url="https://example.com/price")  # warning: [unchecked-outcome]
        await context.run("reserve", lambda: reserve(price.body))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        price = await context.call("price", url="https://example.com/price")
        if price.status == 200:
            await context.run("reserve", lambda: reserve(price.body))
        else:
            await context.run("give up", give_up)
    ```
    """

    severity = Severity.WARNING

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield steps whose outcome is followed and not looked at."""
        old = _uses_old_sdk(endpoint, project)
        for step in steps(endpoint.body):
            if old and step.method in ("call", "api"):
                continue  # it gave the body alone, and failed with its request
            telling, outcome, help = _TELLING.get(step.method, (set(), "", ""))
            if not telling or step.reads is None or step.reads & telling:
                continue
            if any(_tests(endpoint.body, data) for data in step.reads & {"eventData", "request"}):
                continue
            names = [f"`{name}`" for name in sorted(telling - {"header"})]
            unread = f"neither {' nor '.join(names)} is read" if len(names) > 1 else f"{names[0]} is never read"
            said = f"{spelled(step, endpoint.language)} {outcome}, and {unread}"
            yield self.finding(step.span, said, chain=step.chain, help=help)


def _uses_old_sdk(endpoint: Endpoint, project: Project) -> bool:
    """Whether the file that serves it imports `serve` from `@upstash/qstash/*`."""
    here = project.imports_of(endpoint.path)
    return any(each.name.startswith("serve") and each.specifier.startswith("@upstash/qstash") for each in here)


def _tests(body: Block, data: str) -> bool:
    """Whether a condition asks whether what came with an event or a request is there."""
    asked = re.compile(rf"\b{data}\b(?!\s*[.\[])|\b{data}\?\.")
    return any(isinstance(node, If) and asked.search(node.test.source) for node in walk(body))
