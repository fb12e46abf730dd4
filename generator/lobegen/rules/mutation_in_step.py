"""The rule mutation-in-step."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps
from lobegen.rules.base import Rule, spelled


class MutationInStep(Rule):
    """A step changes a variable, list or object from outside of it, and what it changed is read elsewhere.

    ## What it finds
    Inside a step's function, or a function that it calls, a write to something that was made outside of that step:
    an assignment, `++`, `nonlocal`, destructuring, an attribute or item, `push`, `append`, `set` and their like; also
    under another name, through a parameter, or on an object of a class or of the module. It is found where the handler,
    or another step, reads it afterwards or in a later round of a loop. A step that first renews what it then reads, and
    a helper that makes a client once and keeps it, are fine.

    ## Why
    The invocation that runs a step ends with it. The next one starts the handler from the top, takes the step's result
    from the SDK and does not run its function: the variable has the value that the handler gave it, as if the step had
    written nothing. A total stays 0, a list stays empty, a connection is missing.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userIds: string[] }>(async (context) => {
      let greeted = 0;
      for (const id of context.requestPayload.userIds) {
        await context.run(`greet ${id}`, async () => {
          await greet(id);
          greeted += 1; // error: [mutation-in-step]
        });
      }
      return { greeted };
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userIds: string[] }>(async (context) => {
      let greeted = 0;
      for (const id of context.requestPayload.userIds) {
        greeted += await context.run(`greet ${id}`, async () => {
          await greet(id);
          return 1;
        });
      }
      return { greeted };
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_users(context):
        names = []

        async def load():
            names.append("Ada")  # error: [mutation-in-step]

        await context.run("load", load)
        await context.run("greet", lambda: print(names))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_users(context):
        async def load():
            return ["Ada"]

        names = await context.run("load", load)
        await context.run("greet", lambda: print(names))
    ```

    ## What to do
    Return the value from the step, and take it from the result.
    """

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every write in a step that is read where it is gone."""
        for step in steps(endpoint.body):
            for loss in step.losses:
                if loss.payload:
                    continue
                yield self.finding(
                    loss.span,
                    f"the step `{spelled(step, endpoint.language)}` changes `{loss.name}`, which is made outside of it:"
                    f" the next invocation does not run the step again, and line {loss.read.line} reads it unchanged",
                    related=(Related(loss.read, "read here, without the change"),),
                    chain=loss.chain,
                    help="Return the value from the step and take it from the step's result.",
                )
