"""The rule unparsed-payload-model."""

from collections.abc import Iterator

from lobegen.model.asked import asked_in_vain
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule


class UnparsedPayloadModel(Rule):
    """The request payload is used as a model, and nothing makes one of it.

    ## What it finds
    An attribute or method of `context.request_payload`, or of a part of it, that no dict, list, text or number has,
    where the route has no `initial_payload_parser`: `context.request_payload.user_id` under
    `AsyncWorkflowContext[Order]`. It follows the payload through variables, loops and helpers, up to where something
    else is made of it: `Order(**payload)`, `Order.model_validate(payload)`. A branch whose condition looks at the type
    (`isinstance`, `hasattr`) is not judged.

    ## Why
    The type in `AsyncWorkflowContext[Order]` is for type checkers only. What comes is the dict that `json.loads`
    gives: the first read of an attribute is an AttributeError, answered 500 and retried.

    ## Examples
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from pydantic import BaseModel
    from upstash_workflow import AsyncWorkflowContext
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    class Order(BaseModel):
        item: str


    @serve.post("/pack")
    async def pack(context: AsyncWorkflowContext[Order]) -> None:
        order = context.request_payload
        await context.run("pack", lambda: print(order.item))  # error: [unparsed-payload-model]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from pydantic import BaseModel
    from upstash_workflow import AsyncWorkflowContext
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    class Order(BaseModel):
        item: str


    @serve.post("/pack", initial_payload_parser=Order.model_validate_json)
    async def pack(context: AsyncWorkflowContext[Order]) -> None:
        order = context.request_payload
        await context.run("pack", lambda: print(order.item))
    ```

    ## What to do
    Give the route an `initial_payload_parser`, or make the model inside of a step. With `context.call` in the same
    workflow only the latter works: the parser gets the call's answers too.
    """

    languages = ("python",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every attribute that the payload cannot have."""
        model = endpoint.payload.type_name
        for node in asked_in_vain(endpoint.body):
            if node.step is None:
                told = f"the type `{model}` makes no object of it, and " if model else ""
                yield self.finding(
                    node.span,
                    f"`{node.owner}` is the request payload as JSON and has no attribute `{node.name}`: {told}"
                    "the request fails with an AttributeError",
                    related=(Related(endpoint.span, "served here, without a parser"),),
                    chain=node.chain,
                    help=f'Read `{node.owner}["{node.name}"]`, or make the model inside of a step.'
                    if not node.called
                    else "Make the model inside of a step, or give the route an `initial_payload_parser`.",
                )
