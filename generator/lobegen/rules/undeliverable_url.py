"""The rule undeliverable-url."""

import re
from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Span
from lobegen.model.values import Text
from lobegen.model.walk import steps
from lobegen.patterns import compiled
from lobegen.rules.base import Rule

_PRIVATE = compiled(
    r"^https?://(?:[^/@]*@)?(localhost|[\w.-]+\.(?:local|localhost|internal|test)|127(?:\.\d+){3}|0\.0\.0\.0|\[::1?\]"
    r"|10(?:\.\d+){3}|192\.168(?:\.\d+){2}|172\.(?:1[6-9]|2\d|3[01])(?:\.\d+){2}|169\.254(?:\.\d+){2}|host\.docker\.internal)"
    r"(?=[:/?#]|$)",
    re.IGNORECASE,
)


class UndeliverableUrl(Rule):
    """A trigger or call with an address that QStash cannot reach.

    ## What it finds
    A trigger, a publish to a workflow or a `context.call` whose URL begins with localhost, a loopback or private
    address, or a name that only a local network knows, directly or through a constant; such a `url` or `baseUrl` among
    the options of `serve`. A default that stands in for a missing variable
    (`process.env.APP_URL ?? "http://localhost:3000"`) is none, and what a client sends that was made for a local QStash
    (`baseUrl: "http://127.0.0.1:8080"`) arrives.

    ## Why
    QStash delivers from the internet: it refuses such addresses, or every attempt fails until the run ends in the dead
    letter queue. On the developer's own machine, with a local QStash, it works, which is why it gets committed.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });
    const url = "http://localhost:3000/api/order";

    export const start = () => client.trigger({ url }); // warning: [undeliverable-url]
    ```

    ### Right (TypeScript)
    ```ts
    import { Client } from "@upstash/workflow";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const start = () => client.trigger({ url: `${process.env.APP_URL}/api/order` });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        answer = await context.call("price", url="http://10.0.0.7/price")  # warning: [undeliverable-url]
        await context.run("reserve", lambda: reserve(answer.status, answer.body))
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    from app.prices import fetch_price

    serve = Serve(FastAPI())


    @serve.post("/order")
    async def order(context):
        price = await context.run("price", fetch_price)
        await context.run("reserve", lambda: reserve(price))
    ```
    """

    severity = Severity.WARNING

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the addresses of triggers and calls."""
        yield from super().check_project(project)
        for site in project.triggers:
            if site.trigger.base is not None and _private(site.trigger.base):
                continue
            yield from self._judge(site.trigger.url, site.trigger.url.span, site.trigger.chain)

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the address that an endpoint is to be called at, and those that its steps call."""
        if endpoint.address is not None:
            yield from self._judge(endpoint.address, endpoint.address.span, ())
        for step in steps(endpoint.body):
            url = step.settings.get("url") if step.method == "call" and step.settings else None
            if url is not None and url.text is not None:
                yield from self._judge(url.text, url.span, step.chain)

    def _judge(self, url: Text, span: Span, chain: tuple[CallSite, ...]) -> Iterator[Finding]:
        if match := _private(url):
            yield self.finding(
                span,
                f"QStash cannot reach {match[1]}: the message is refused, or fails until it is a dead letter",
                chain=chain,
                help="Take the address from the environment; what only your network knows is called inside of"
                " `context.run`.",
            )


def _private(url: Text) -> re.Match[str] | None:
    """How an address begins that only this machine or network knows."""
    first = url.parts[0] if url.parts and isinstance(url.parts[0], str) else ""
    return _PRIVATE.match(first)
