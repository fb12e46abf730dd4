"""The rule payload-contract-mismatch."""

from collections.abc import Iterator

from lobegen.model.contract import dropped_flags, needed, unread
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, PayloadField, Project, TriggerSite
from lobegen.model.source import Span
from lobegen.rules.base import Rule, counted, hides_code


class PayloadContractMismatch(Rule):
    """A trigger whose payload and whose target's handler do not agree.

    ## What it finds
    For each place that starts a run: fields that it sends and the route neither reads nor has in its payload's type,
    and fields that the route works with, has no default for, and this place does not send: those that the type
    demands, or without a type those that the route does not check. Case does not count: `user_id` and `userId` are one
    field. Payloads that are not known, or that go on whole, are not judged.

    ## Why
    The payload travels as JSON: no type checker compares the two sides. A field under another name arrives as
    `undefined`, or raises a `KeyError`, in a run that started well, and is retried until the run is dead.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/greet/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = (userId: string) =>
      client.trigger({ url: `${BASE}/api/greet`, body: { id: userId } }); // info: [payload-contract-mismatch]

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greet", () => sendGreeting(userId));
    });
    ```
    ### Right (TypeScript)
    ```ts
    // file: app/api/greet/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = (userId: string) =>
      client.trigger({ url: `${BASE}/api/greet`, body: { userId } });

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greet", () => sendGreeting(userId));
    });
    ```
    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from upstash_workflow.fastapi import Serve

    client = AsyncQStash("token")


    @Serve(FastAPI()).post("/greet")
    async def greet(context):
        user_id = context.request_payload["userId"]
        await context.run("greet", lambda: send_greeting(user_id))


    async def start(user_id):
        await client.message.publish_json(url=f"{URL}/greet", body={"id": user_id})  # info: [payload-contract-mismatch]
    ```
    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from upstash_workflow.fastapi import Serve

    client = AsyncQStash("token")


    @Serve(FastAPI()).post("/greet")
    async def greet(context):
        user_id = context.request_payload["userId"]
        await context.run("greet", lambda: send_greeting(user_id))


    async def start(user_id):
        await client.message.publish_json(url=f"{URL}/greet", body={"userId": user_id})
    ```
    """

    severity = Severity.WARNING
    varies = "info outside workflows of three layers"

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the triggers whose payload is not what their target reads."""
        seen: set[tuple[Span, int, frozenset[str]]] = set()
        for site in project.triggers:
            target, sent = project.target_of(site.trigger), frozenset(site.trigger.payload_fields)
            key = (site.trigger.url.span, id(target), sent)  # a helper's own trigger, and again where it is called
            if target is None or key in seen or not site.trigger.sent.listed or hides_code(target, project):
                continue
            seen.add(key)
            dropped = dropped_flags(site, project)
            surplus = unread(site, target, project)
            missing = [each for each in needed(site, target) if each.name not in dropped]
            if surplus or missing:
                yield self._said(site, target, surplus, missing, layered=project.layer_of(target) is not None)

    def _said(
        self, site: TriggerSite, target: Endpoint, surplus: list[str], missing: list[PayloadField], *, layered: bool
    ) -> Finding:
        faults = []
        if missing:
            faults.append(f"does not send {_listed([each.name for each in missing])}, which `{target.name}` needs")
        if surplus:
            faults.append(f"sends {_listed(surplus)}, which `{target.name}` does not read")
        return self.finding(
            site.trigger.span,
            f"`{site.trigger.method}` {', and '.join(faults)}",
            severity=Severity.WARNING if layered else Severity.INFO,
            profile="layers" if layered else "core",
            chain=site.trigger.chain,
            related=(
                Related(target.span, "the route that it starts"),
                *(Related(each.first, f"where `{each.name}` is read") for each in missing[:3]),
            ),
            help="Give both sides one type of payload, and send what is in it.",
        )


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:4])
    return shown if len(names) <= 4 else f"{shown} and {counted(len(names) - 4, 'other')}"
