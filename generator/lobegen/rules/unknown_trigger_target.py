"""The rule unknown-trigger-target."""

from collections.abc import Iterator

from lobegen.model.actions import Trigger
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.routing import UNKNOWN, base_of, path_of, same_package, segments
from lobegen.model.source import Span
from lobegen.rules.base import Rule

_ALIKE = 0.7
Path = tuple[str, ...]


class UnknownTriggerTarget(Rule):
    """A run is started at a path that no route serves.

    ## What it finds
    A trigger or publish whose path is known and is served neither by a workflow nor, as far as files and code tell, by
    any other route of the project, while it is nearly that of a workflow, or stands beside workflows that other
    triggers reach through the same base, or below a Next.js route with `serveMany` that is no catch-all. What may be
    another service's is only told (info), as is what another package serves.

    ## Why
    The trigger itself succeeds: QStash takes the message and gives a run id. The run never starts, the route answers
    404, QStash tries again for half an hour, and the message is dead. Nobody who called the trigger hears of it.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/greet-user/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = (userId: string) =>
      client.trigger({ // warning: [unknown-trigger-target]
        url: `${process.env.APP_URL}/api/workflows/greet-users`,
        body: { userId },
      });

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greet", () => sendGreeting(userId));
    });
    ```
    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/greet-user/route.ts
    import { Client } from "@upstash/workflow";
    import { serve } from "@upstash/workflow/nextjs";

    const client = new Client({ token: process.env.QSTASH_TOKEN });

    export const greet = (userId: string) =>
      client.trigger({
        url: `${process.env.APP_URL}/api/workflows/greet-user`,
        body: { userId },
      });

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


    @Serve(FastAPI()).post("/workflows/greet-user")
    async def greet_user(context):
        user_id = context.request_payload["userId"]
        await context.run("greet", lambda: send_greeting(user_id))


    async def start(user_id):
        await client.message.publish_json(  # warning: [unknown-trigger-target]
            url=f"{BASE}/workflows/greet_users",
            body={"userId": user_id},
        )
    ```
    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from qstash import AsyncQStash
    from upstash_workflow.fastapi import Serve

    client = AsyncQStash("token")


    @Serve(FastAPI()).post("/workflows/greet-user")
    async def greet_user(context):
        user_id = context.request_payload["userId"]
        await context.run("greet", lambda: send_greeting(user_id))


    async def start(user_id):
        await client.message.publish_json(
            url=f"{BASE}/workflows/greet-user",
            body={"userId": user_id},
        )
    ```
    """

    severity = Severity.WARNING
    varies = "info where another package or service may serve the path"

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the triggers whose path nothing serves."""
        routes = {segments(route): each for each in project.endpoints for route in each.routes if "*" not in route}
        bases = {base_of(site.trigger.url) for site in project.triggers if project.target_of(site.trigger) is not None}
        seen: set[tuple[Span, Path]] = set()
        told: set[Span] = set()
        fixed = {segments(each.route): each for each in project.endpoints if each.at_fixed_path and each.route}
        for trigger in (site.trigger for site in project.triggers):
            path = path_of(trigger.url)
            key = ((trigger.chain[-1].span if trigger.chain else trigger.span), path)  # what calls that, is no other
            if key in seen or trigger.url.span in told or not _judged(trigger, path, routes, project):
                continue
            seen.add(key)
            if not trigger.chain:
                told.add(trigger.url.span)  # a helper's own trigger is told once, and not where it is called
            if path in fixed:
                yield self._at_fixed_path(trigger, path, fixed[path])
                continue
            near = min(
                (each for each in routes if _alike(path, each)), key=lambda each: _distance(path, each), default=None
            )
            known = base_of(trigger.url) in bases and any(path[:-1] == each[:-1] for each in routes)
            if near is not None:
                yield self._said(trigger, path, routes[near], near)
            elif trigger.sdk_method == "trigger" and not base_of(trigger.url).startswith("http"):
                yield self._said(trigger, path, None, (), severity=Severity.WARNING if known else Severity.INFO)

    def _at_fixed_path(self, trigger: Trigger, path: Path, meant: Endpoint) -> Finding:
        return self.finding(
            trigger.span,
            f"no route serves `/{'/'.join(path)}`: `serveMany` stands in a file that serves"
            f" `/{'/'.join(path[:-1])}` only",
            chain=trigger.chain,
            related=(Related(meant.span, "the workflows are served here"),),
            help="Move it to a catch-all route: `[...any]/route.ts` in the same folder.",
        )

    def _said(
        self, trigger: Trigger, path: Path, near: Endpoint | None, route: Path, severity: Severity = Severity.WARNING
    ) -> Finding:
        if near is not None and not same_package(near.path, trigger.span.path):
            severity = Severity.INFO
        meant = f": did you mean `/{'/'.join(route)}`?" if near is not None else " in this project"
        return self.finding(
            trigger.span,
            f"no route serves `/{'/'.join(path)}`{meant}",
            severity=severity,
            chain=trigger.chain,
            related=(Related(near.span, f"what serves `/{'/'.join(route)}`"),) if near is not None else (),
            help="Start the run at the path of its route; QStash reports a missing one to nobody.",
        )


def _judged(trigger: Trigger, path: Path, routes: dict[Path, Endpoint], project: Project) -> bool:
    """Whether a path is known, has no target, and nothing that is not known may serve it."""
    if not path or UNKNOWN in path or not routes or project.unresolved or project.target_of(trigger) is not None:
        return False
    within_base = any(len(each) > len(path) and each[-len(path) :] == path for each in routes)
    homeless = [each.name for each in project.endpoints if not each.routes and not each.invoked_only]
    somewhere = any(_ratio(path[-1], name) > _ALIKE for name in homeless)
    return not (within_base or somewhere or "/".join(path) in project.elsewhere)


def _alike(path: Path, route: Path) -> bool:
    """Whether a route differs in one segment that is nearly the same, or goes on where the path ends."""
    if len(path) != len(route):
        return len(route) == len(path) + 1 and route[:-1] == path
    other = [(mine, theirs) for mine, theirs in zip(path, route, strict=True) if mine != theirs]
    return len(other) == 1 and _ratio(*other[0]) >= _ALIKE


def _distance(path: Path, route: Path) -> float:
    return 0 if len(route) > len(path) else 1 - _ratio("/".join(path), "/".join(route))


def _ratio(one: str, other: str) -> float:
    from difflib import SequenceMatcher  # imported for a mistake only

    return SequenceMatcher(None, one.lower().replace("_", "-"), other.lower().replace("_", "-")).ratio()
