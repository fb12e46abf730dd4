"""The rule unprefixed-step-name."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix, PrefixText
from lobegen.model.project import Project
from lobegen.model.style import Line, Lines, step_lines
from lobegen.rules.base import Rule


class UnprefixedStepName(Rule):
    """A step whose name does not begin with its workflow.

    ## What it finds
    A step's name without the prefix `{workflow}:`. The workflow is called as its folder, its class or its flow-control
    keys are, in any spelling (`welcome-placeholder`, `welcome_placeholder`); an endpoint that belongs to no layers as
    its route. Where most steps agree on another prefix, that one holds, unless another workflow is called so.

    Names that begin with a value that could not be followed are not judged, nor are steps in a helper that several
    workflows share.

    ## Why
    Step names are what Upstash's console, its logs and a dead letter show. Steps of all workflows stand side by side
    there, and `get-item` exists in every one of them; `welcome-placeholder:get-item` says where to look.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const users = await context.run("list-users", () => listUsers()); // warning: [unprefixed-step-name]
      await context.run("greeting:send", () => send(users));
    });
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const users = await context.run("greeting:list-users", () => listUsers());
      await context.run("greeting:send", () => send(users));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        users = await context.run("list-users", list_users)  # warning: [unprefixed-step-name]
        await context.run("greeting:send", lambda: send(users))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        users = await context.run("greeting:list-users", list_users)
        await context.run("greeting:send", lambda: send(users))
    ```

    ## What to do
    Put the workflow's name and a colon before the name. A run that is in flight remembers the old name and fails at
    its next delivery with "Incompatible step name": deploy it when no run is.

    ## Fix
    The workflow's name and a colon are put before the name; for the runs in flight that is unsafe. The prefix of
    another workflow is left, and so is a name that a helper makes for steps with and without it.
    """

    severity = Severity.WARNING
    profile = "guide"
    fixable = True

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the steps whose name begins with none of their workflow's names."""
        for lines in step_lines(project):
            if lines.name is not None:
                for line in lines.strangers():
                    yield self._stranger(line, lines, lines.name)

    def _stranger(self, line: Line, lines: Lines, name: str) -> Finding:
        wanted = f"{name}:{line.text.pattern}"
        title = f"Let the step's name begin with `{name}:`"
        claims = lines.claims(line)
        prefix = (PrefixText(line.span, f"{name}:"),) if not (claims or lines.is_mixed(line)) else ()
        says = f"begins with `{line.head}:`" if claims else "does not say which workflow it belongs to"
        return self.finding(
            line.span,
            f"the step `{line.text.pattern}` {says}: in Upstash's console and logs the steps of all workflows stand"
            " side by side",
            chain=line.node.chain,
            fix=Fix(title, prefix, safe=False) if prefix else None,
            help=f"Let it begin with `{name}:`." if claims else f"Call it `{wanted}`.",
        )
