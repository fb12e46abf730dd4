"""The rule unverified-requests."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule

_KEYS = ("QSTASH_CURRENT_SIGNING_KEY", "QSTASH_NEXT_SIGNING_KEY")


class UnverifiedRequests(Rule):
    """An endpoint that does not check who sends its requests.

    ## What it finds
    `receiver: undefined` (or `None`, `null`) given to `serve` under TypeScript, which switches the check of signatures
    off; and an example environment (`.env.example` and the like) above an endpoint that names `QSTASH_TOKEN` and not
    both signing keys. Endpoints that bring a receiver of their own are left alone.

    ## Why
    The SDKs check signatures only when both `QSTASH_CURRENT_SIGNING_KEY` and `QSTASH_NEXT_SIGNING_KEY` are there, or a
    `receiver` is given; without them they accept any request without a word. Anybody who finds the URL can start runs,
    and can hand steps results that never were.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("reserve", () => reserve());
      },
      { receiver: undefined }, // warning: [unverified-requests]
    );
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("reserve", () => reserve());
    });
    ```

    ### Wrong (Python)
    ```py
    # file: .env.example
    QSTASH_TOKEN=  # warning: [unverified-requests]
    ```
    ```py
    # file: app/order.py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
    ```

    ### Right (Python)
    ```py
    # file: .env.example
    QSTASH_TOKEN=
    QSTASH_CURRENT_SIGNING_KEY=
    QSTASH_NEXT_SIGNING_KEY=
    ```
    ```py
    # file: app/order.py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        await context.run("reserve", reserve)
    ```
    """

    severity = Severity.WARNING

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield checks that are switched off, and examples that leave the keys out."""
        yield from super().check_project(project)
        if project.endpoints and all(_brings_receiver(each) for each in project.endpoints):
            return
        for example in project.environments:
            missing = [name for name in _KEYS if name not in example.names]
            if missing:
                yield self.finding(
                    example.span,
                    f"this example has a token and no {' and no '.join(missing)}: who follows it serves workflows that"
                    " accept any request",
                    help="Name both signing keys beside the token.",
                )

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield a receiver that is switched off."""
        setting = endpoint.options.get("receiver")
        if endpoint.language == "typescript" and setting is not None and setting.kind == "none":
            yield self.finding(
                setting.span,
                f"`{endpoint.name}` checks no signatures: anybody who finds its URL can start and forge runs",
                help="Leave `receiver` out; the SDK takes the signing keys from the environment.",
            )


def _brings_receiver(endpoint: Endpoint) -> bool:
    setting = endpoint.options.get("receiver")
    return (setting is not None and setting.kind != "none") or not endpoint.options.complete
