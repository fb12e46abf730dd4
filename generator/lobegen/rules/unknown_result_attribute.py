"""The rule unknown-result-attribute."""

from collections.abc import Iterator

from lobegen.model.actions import Missing
from lobegen.model.asked import asked_in_vain
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule, spelled

#: what other clients call it, and how the SDK does
_SPELLINGS = {
    "status_code": "status",
    "headers": "header",
    "json": "body",
    "text": "body",
    "content": "body",
    "data": "body",
    "ok": "status",
    "reason": "status",
}


class UnknownResultAttribute(Rule):
    """An attribute is read that a step's result cannot have.

    ## What it finds
    An attribute or method of a step's result, or of a part of it, that no dict, list, text or number has:
    `user.email` where a dict came back, `row["created_at"].isoformat()` where a text did. And on the result of
    `context.call` anything but its `status`, `body` and `header`, such as `.status_code` or `.json()`. It follows the
    value through variables, loops and helpers, up to where something else is made of it: `User(**user)`,
    `User.model_validate(user)`, `datetime.fromisoformat(...)`. A branch whose condition looks at the type
    (`isinstance`, `hasattr`) is not judged.

    ## Why
    A step's result travels as JSON. Whatever the step's function returned, a dict, list, text or number comes back:
    the next invocation ends in an AttributeError, is retried, and fails again.

    ## Examples
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        async def load():
            return {"name": "Ada", "email": "ada@example.com"}

        user = await context.run("load", load)
        await context.run("greet", lambda: print(user.name))  # error: [unknown-result-attribute]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        async def load():
            return {"name": "Ada", "email": "ada@example.com"}

        user = await context.run("load", load)
        await context.run("greet", lambda: print(user["name"]))
    ```

    ## What to do
    Read it as the dict that it is, or make the object again: `User.model_validate(user)`.
    """

    languages = ("python",)
    outranks = ("unchecked-outcome",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every attribute that a step's result cannot have."""
        for node in asked_in_vain(endpoint.body):
            if node.step is None:
                continue
            step = spelled(node.step, endpoint.language)
            yield self.finding(
                node.span,
                f"`{node.owner}` is the answer of `{step}`, which has no `{node.name}`: an AttributeError"
                if node.was == "a response"
                else f"`{node.owner}` came with the result of `{step}` as JSON and has no attribute `{node.name}`:"
                " an AttributeError at the next invocation",
                related=(Related(node.step.span, "the step whose result it came with"),),
                chain=node.chain,
                help=_help(node),
                causes=(node.step.span,) if node.was == "a response" else (),
            )


def _help(node: Missing) -> str:
    if node.was == "a response":
        spelling = _SPELLINGS.get(node.name)
        return f"It is called `{spelling}` there." if spelling else "It has `status`, `body` and `header`."
    if node.called:
        return "Make the object again from what came, or call the method inside of the step."
    return f'Read `{node.owner}["{node.name}"]`, or make the object again: `Model.model_validate({node.owner})`.'
