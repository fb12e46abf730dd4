"""The rule unresolved-code."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Project
from lobegen.model.source import Span
from lobegen.rules.base import Rule


class UnresolvedCode(Rule):
    """A part of a workflow that could not be followed, so that nothing is known about it.

    ## What it finds
    A handler that comes from somewhere that cannot be seen, a helper that gets the context and is not in the project, a
    step's function that is a parameter, a file that a grammar could not read to its end.

    ## Why
    What cannot be followed is not judged: no other finding is guessed from it. This one says where that is, so that
    silence is not taken for a clean bill. It never fails a run, and the summary counts it.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";
    import { greetUser } from "some-package";

    export const { POST } = serve(async (context) => {
      await greetUser(context); // info: [unresolved-code]
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";
    import { greet } from "some-package";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from some_package import greet_user
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_route(context):
        await greet_user(context)  # info: [unresolved-code]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from some_package import greet
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_route(context):
        await context.run("greet", greet)
    ```
    """

    severity = Severity.INFO

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield every place that could not be followed, once."""
        seen: set[Span] = set()
        inside = (each for endpoint in project.endpoints for each in endpoint.unresolved)
        for place in (*project.unresolved, *inside):
            if place.span not in seen:
                seen.add(place.span)
                yield self.finding(place.span, f"not followed: {place.reason}")
        for fault in project.faults:
            if not fault.certain:
                yield self.finding(fault.span, f"not read from here on, as it seems: {fault.message}")
