"""The rule syntax-error."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Project
from lobegen.rules.base import Rule


class SyntaxError(Rule):
    """A file that holds workflow code cannot be parsed.

    ## What it finds
    Python that is no Python, and TypeScript that surely is no TypeScript. The TypeScript grammar refuses some valid
    code; a place where only the grammar may be at fault is reported as `unresolved-code`.

    ## Why
    The file is not checked, or only in part, and it will not run. The other files are checked all the same.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const name = ; // error: [syntax-error]
      await context.run("greet", () => greet(name));
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const name = "Ada";
      await context.run("greet", () => greet(name));
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context)  # error: [syntax-error]
        await context.run("greet", greet)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        await context.run("greet", greet)
    ```

    ## What to do
    Correct the syntax; your compiler or interpreter says more.
    """

    outranks = ("unresolved-code",)

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the places where files surely are wrong."""
        for fault in project.faults:
            if fault.certain:
                yield self.finding(fault.span, f"syntax error: {fault.message}")
