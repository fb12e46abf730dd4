"""The rule conflicting-payload-parsers."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule


class ConflictingPayloadParsers(Rule):
    """`schema` and `initialPayloadParser` for one endpoint.

    ## What it finds
    Both options given to one `serve`, `createWorkflow` or one of their relatives, also where one of them comes from a
    constant, a spread, or the options of `serveMany`.

    ## Why
    The two exclude each other: the types refuse them together, and where a spread hides that from the compiler the SDK
    checks with one of them only, so a payload that the other one should stop gets through.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    import { Order, parseOrder } from "./order";

    export const { POST } = serve(
      async (context) => {
        await context.run("reserve", () => reserve(context.requestPayload));
      },
      { schema: Order, initialPayloadParser: parseOrder }, // error: [conflicting-payload-parsers]
    );
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    import { Order } from "./order";

    export const { POST } = serve(
      async (context) => {
        await context.run("reserve", () => reserve(context.requestPayload));
      },
      { schema: Order },
    );
    ```
    """

    languages = ("typescript",)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the second of the two options."""
        given = [each for name in ("schema", "initialPayloadParser") if (each := endpoint.options.get(name))]
        if len(given) < 2 or any(each.kind == "none" for each in given):
            return
        first, second = sorted(given, key=lambda each: (each.span.path, each.span.start))
        yield self.finding(
            second.span,
            f"`{endpoint.name}` has both `schema` and `initialPayloadParser`, of which the SDK uses one:"
            " what the other one should refuse gets through",
            related=(Related(first.span, "the other one"),),
            help="Keep `schema`; do in it what the parser does, or parse inside of a first step.",
        )
