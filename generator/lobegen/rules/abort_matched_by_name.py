"""The rule abort-matched-by-name."""

from collections.abc import Iterator

from lobegen.model.abort import swallowed_aborts
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, spelled


class AbortMatchedByName(Rule):
    """The SDK's abort is recognised by its name, and the first step's has another one.

    ## What it finds
    A handler around what may be the first step of a run that lets the abort go by a comparison of its name alone:
    `error.name === "WorkflowAbort"`, `error.constructor.name`, a `switch` over it, a helper that asks so. Under
    `@upstash/workflow` 1.x only: 0.x gives every abort this name. Around later steps the name is enough, and nothing is
    said; nor is anything where the SDK's version is not known.

    ## Why
    Under 1.x the first step of a request is ended by a `WorkflowAuthError`, a subclass of `WorkflowAbort` with a name
    of its own. The comparison does not hold for it, the handler keeps it, every request is answered 400, and the
    workflow never runs. `instanceof` holds for both.

    ## Examples
    ### Wrong (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/charge/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      try {
        await context.run("charge", () => charge());
      } catch (error) {
        if (error instanceof Error && error.name === "WorkflowAbort") throw error; // error: [abort-matched-by-name]
        console.error(error);
      }
    });
    ```

    ### Right (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/charge/route.ts
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

    ## What to do
    Import `WorkflowAbort` from `@upstash/workflow` and ask `error instanceof WorkflowAbort`. Under CommonJS (`require`)
    that is never true, since each entry of the SDK has classes of its own: put the `try` inside the step there.
    """

    languages = ("typescript",)
    outranks = ("swallowed-abort",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every comparison that keeps the first step's abort."""
        for swallow in swallowed_aborts(endpoint.body, endpoint.old_sdk):
            if swallow.by_name is None:
                continue
            step = (swallow.first or swallow.steps)[0]
            sdk = f"{endpoint.sdk.version} of the SDK" if endpoint.sdk else "this SDK"
            yield self.finding(
                swallow.by_name,
                f"under {sdk} the abort of the first step, `{spelled(step, endpoint.language)}`, is not named"
                " `WorkflowAbort`: it is kept here, every request is answered 400, and the workflow never runs",
                related=(Related(step.span, "the first step ends the request by throwing the abort"),),
                chain=step.chain,
                help="Ask `error instanceof WorkflowAbort` instead.",
            )
