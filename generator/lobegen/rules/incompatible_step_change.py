"""The rule incompatible-step-change."""

from collections.abc import Iterator

from msgspec.structs import replace

from lobegen.model.body import Test
from lobegen.model.change import Change, changes, same_text
from lobegen.model.findings import Finding, Related, Severity
from lobegen.model.names import place_of_name
from lobegen.model.project import Endpoint, Project
from lobegen.model.sequence import Move
from lobegen.model.source import Span
from lobegen.rules.base import Rule, spelled


class IncompatibleStepChange(Rule):
    """The steps of a route no longer fit the runs that are in flight.

    ## What it finds
    With `lobegen lint --since REF` only: steps that were removed, inserted, reordered, renamed or made by another
    method of the context since the git revision, each route compared with itself (also when it has moved to another
    file of its project). Steps added behind the last one are fine, and so is code that makes the same steps in another
    way: through a helper, another loop, an early return, a constant. Which branch is taken and how often a loop runs
    is not known; a step that is new, or left out, under a condition is found too, unless the condition asks for a
    payload field that the old code did not read: runs in flight do not have it. A removed last step is a note: nothing
    fails, its result is dropped. Where a name or a helper could not be followed nothing is said.

    ## Why
    A run in flight at the deploy is replayed with its history against the new code. The SDKs match remembered steps by
    position and compare name and type: another name at a position is answered 500 "Incompatible step name", another
    method 500 "Incompatible step type", another number of parallel steps 500 "Incompatible number of parallel steps".
    Every retry fails alike until the run is in the dead-letter queue. Parallel steps that now run one after the other
    are worse: their results are lost, and some of them run again, without an error.

    So add steps behind the last one; or keep the old steps for runs that have begun, told apart by a new field of the
    payload; or serve the new steps under another route and let the runs of the old one end.

    ## Examples
    ### Wrong (TypeScript)
    ```ts before
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("load", () => load());
      await context.sleep("wait", "1d");
      await context.run("send", () => send());
    });
    ```

    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("load user", () => load()); // error: [incompatible-step-change]
      await context.sleep("wait", "1d");
      await context.run("send", () => send());
    });
    ```

    ### Right (TypeScript)
    ```ts before
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("load", () => load());
      await context.sleep("wait", "1d");
    });
    ```

    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("load", () => load());
      await context.sleep("wait", "1d");
      await context.run("send", () => send());
    });
    ```

    ### Wrong (Python)
    ```py before
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        await context.run("load", load)
        await context.run("send", send)
    ```

    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        await context.run("load", load)
        await context.sleep("wait", 3600)  # error: [incompatible-step-change]
        await context.run("send", send)
    ```

    ### Right (Python)
    ```py before
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        await context.run("load", load)
        await context.run("send", send)
    ```

    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greet")
    async def greet_user(context):
        await context.run("load", load)
        if context.request_payload.get("delayed"):  # runs in flight do not have this field
            await context.sleep("wait", 3600)
        await context.run("send", send)
    ```
    """

    varies = "info for a last step that is gone"
    about_the_change = True

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield the positions at which a history of the earlier endpoint does not fit."""
        then = project.earlier.of(endpoint) if project.earlier else None
        unread = {fault.span.path for fault in project.faults}
        if then is None or project.earlier is None or endpoint.path in unread:
            return

        def is_gate(move: Move) -> bool:
            return any(_asks_anew(test, then) for test in move.tests)

        for change in changes(then.body, endpoint.body, is_gate):
            yield self._found(change, endpoint, project.earlier.revision)

    def _found(self, change: Change, endpoint: Endpoint, revision: str) -> Finding:
        old, new = change.old.step, change.new.step if change.new else None
        cut = change.kind == "cut"
        was, now = f"`{spelled(old, endpoint.language)}`", f"`{spelled(new, endpoint.language)}`" if new else ""
        return self.finding(
            place_of_name(new) if new else endpoint.handler,
            _SAID[change.kind].format(was=was, now=now, at=f"at {revision}") + _then(change),
            severity=Severity.INFO if cut else Severity.ERROR,
            related=(Related(_at(place_of_name(old), revision), f"{was} {_AT[change.old.kind]} {revision}"),),
            chain=new.chain if new else (),
            help="" if cut else _HELP,
        )


def _at(span: Span, revision: str) -> Span:
    return replace(span, path=f"{revision}:{span.path}")


def _asks_anew(test: Test, then: Endpoint) -> bool:
    """Whether a condition hangs on a field of the payload that was not read before."""
    return not (test.flow.fields - {"*"}) <= set(then.payload.fields)


def _then(change: Change) -> str:
    """What becomes of a run in flight."""
    old, new = change.old.step, change.new.step if change.new else None
    if change.kind == "cut":
        return ": runs that have done it end without its result"
    if change.kind == "sequential" and new and same_text(old.name, new.name):
        return ": a run in flight takes plans for results, so these are lost, and steps run again, without an error"
    who = f"a run in flight that has done `{old.name.pattern}`" if old.name.pattern else "a run in flight"
    under = " and meets the condition" if change.kind.startswith("maybe") else ""
    if change.kind in ("parallel", "regrouped"):
        what = "number of parallel steps"
    else:
        what = "step type" if new and new.name.pattern == old.name.pattern else "step name"
    return f': {who}{under} is answered 500 "Incompatible {what}" until it is dead-lettered'


_HELP = "Add steps behind the last one, or keep the old ones for runs that lack a new field of the payload."
_AT = {"step": "as it was at", "open": "first of the parallel steps at", "close": "first of the parallel steps at"}
_SAID = {
    "renamed": "{now} stands where {was} stood {at}",
    "retyped": "{now} was {was} {at}",
    "inserted": "{now} is inserted before {was}, which stood here {at}",
    "removed": "{was} is gone, which stood before {now} {at}",
    "reordered": "{now} comes before {was} now, and after it {at}",
    "maybe_inserted": "{now} may come before {was}, which surely stood here {at}",
    "maybe_removed": "{was} may be left out before {now}, and was not {at}",
    "maybe_replaced": "{now} may stand where {was} surely stood {at}",
    "parallel": "{now} runs side by side with others, in the place of {was} {at}",
    "sequential": "{now} runs by itself, where steps ran side by side from {was} on {at}",
    "regrouped": "the steps that run side by side with {now} are others than {at}",
    "cut": "{was}, a last step {at}, is gone",
}
