"""The rule unordered-iteration."""

from collections.abc import Iterator

from lobegen.model.body import Loop
from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps, walk
from lobegen.rules.base import Rule, spelled


class UnorderedIteration(Rule):
    """Steps are made in an order that changes.

    ## What it finds
    A loop or comprehension that makes steps for the items of a Python `set` (a literal with texts, `set(...)`, a set
    comprehension, what set operations give), of `os.listdir`, `os.scandir`, `glob`, `Path.iterdir`, or in the order
    in which `asyncio.as_completed` gives results; also through `list`, `enumerate`, slices and helpers. `sorted(...)`
    gives an order, and lists and dicts have one. A set literal of numbers has the same order everywhere.

    ## Why
    The handler runs again for every step, and the SDK matches remembered steps by their position. Texts are hashed
    anew in every process, folders are listed as the file system likes, results come in as the network likes: the
    order is another one at the next invocation. Steps with their own names then fail with "Incompatible step name";
    steps of one name get each other's results without an error.

    ## Examples
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet(context):
        names = set(context.request_payload["names"])
        for name in names:  # error: [unordered-iteration]
            await context.run(f"greet-{name}", lambda name=name: print(name))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet(context):
        names = set(context.request_payload["names"])
        for name in sorted(names):
            await context.run(f"greet-{name}", lambda name=name: print(name))
    ```

    ## What to do
    Iterate `sorted(...)`, or make the list in a step: its result is remembered as a list.
    """

    languages = ("python",)
    outranks = ("unstable-step-name", "nondeterministic-control-flow", "side-effect-outside-step")

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield every loop over something without order that makes steps."""
        for node in walk(endpoint.body):
            if not isinstance(node, Loop) or not node.unordered:
                continue
            step = next(steps(node.body), None)
            if step is not None:
                yield self.finding(
                    node.over or node.span,
                    f"this loop over {node.unordered} makes `{spelled(step, endpoint.language)}` for each item:"
                    " the order is another at the next invocation, and steps get each other's results or fail",
                    related=(Related(step.span, "the step that is made in a changing order"),),
                    chain=step.chain,
                    help="Iterate `sorted(...)`, or make the list in a step.",
                    causes=node.iterable.causes,
                )
