"""The rule repeated-database-connection."""

from collections.abc import Iterator

from lobegen.model.connections import Opening, in_loops, repeated
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule


class RepeatedDatabaseConnection(Rule):
    """A handler opens its database connection more than once.

    ## What it finds
    Calls that open a connection, a pool or an engine (`getServerDB()`, `new Pool()`, `drizzle(url)`,
    `asyncpg.connect()`, `create_engine()` ...), where one run can come by a second one of the same kind: in a second
    step, in the handler and in a step, or in a step that is made for every item of a loop. One opening is fine wherever
    it is, and so are branches that exclude each other and connections to different databases.

    A session taken from a pool (SQLAlchemy's `async_session()`) opens nothing. What functions without the context do
    inside is their own business.

    ## Why
    Each request of a run executes the handler again, and each run of a fan-out does so at the same time: a connection
    for every step is a multiple of what the database admits, and it refuses the rest ("too many clients").

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const user = await context.run("load", async () => {
        const db = await getServerDB();
        return findUser(db);
      });
      await context.run("save", async () => {
        const db = await getServerDB(); // warning: [repeated-database-connection]
        return saveUser(db, user);
      });
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      const db = await getServerDB();
      const user = await context.run("load", () => findUser(db));
      await context.run("save", () => saveUser(db, user));
    });
    ```

    ### Wrong (Python)
    ```py
    import asyncpg
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        async def load():
            connection = await asyncpg.connect(DATABASE_URL)
            return await find_user(connection)

        async def save():
            connection = await asyncpg.connect(DATABASE_URL)  # warning: [repeated-database-connection]
            return await save_user(connection, user)

        user = await context.run("load", load)
        await context.run("save", save)
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        connection = await get_connection()
        user = await context.run("load", lambda: find_user(connection))
        await context.run("save", lambda: save_user(connection, user))
    ```

    ## What to do
    Open it once, at the top of the handler or in a module that keeps it, and use it in all steps.
    """

    severity = Severity.WARNING
    profile = "guide"

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what opens a connection for the second time, or again and again."""
        said = set()
        for opening, first in repeated(endpoint.body):
            said.add(opening.call.span)
            yield self._finding(
                opening,
                f"`{opening.call.callee}` opens a connection that this run has open already: the database runs out of"
                " them when many runs work at the same time",
                Related(first.call.span, "the first one"),
            )
        for opening, loop in in_loops(endpoint.body):
            if opening.call.span not in said:
                yield self._finding(
                    opening,
                    f"`{opening.call.callee}` opens a connection for every round of a loop: the database runs out of"
                    " them",
                    Related(loop.span, "the loop"),
                )

    def _finding(self, opening: Opening, message: str, related: Related) -> Finding:
        return self.finding(
            opening.call.span,
            message,
            related=(related,),
            chain=opening.call.chain,
            help="Open it once, at the top of the handler or in a module that keeps it.",
        )
