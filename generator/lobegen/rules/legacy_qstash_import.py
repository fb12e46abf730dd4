"""The rule legacy-qstash-import."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.fixes import Fix, MovedName, MoveImports
from lobegen.model.project import Project, SdkImport
from lobegen.patterns import compiled
from lobegen.rules.base import Rule

_WORKFLOW = compiled(r"^(serve(Many)?(PagesRouter)?|createWorkflow|Workflow\w+|QStashWorkflow\w+)$")

#: by entry, what of the object that the new function gives is what the old function gave
_RESULTS = {
    "nextjs": {"serve": "POST", "servePagesRouter": "handler"},
    "svelte": {"serve": "POST"},
    "solidjs": {"serve": "POST"},
    "h3": {"serve": "handler"},
    "cloudflare": {"serve": "fetch"},
    "hono": {"serve": ""},
}
#: what both `@upstash/workflow` and the old SDK have
_CORE = frozenset({
    "WorkflowAbort", "WorkflowContext", "WorkflowError", "RouteFunction", "RawStep", "FailureFunctionPayload", "Step",
    "FinishCondition", "WorkflowServeOptions", "StepFunction", "AsyncStepFunction", "SyncStepFunction", "StepTypes",
    "StepType", "ParallelCallState", "RequiredExceptFields", "WorkflowClient", "WorkflowReceiver",
})  # fmt: skip


class LegacyQstashImport(Rule):
    """A workflow import from `@upstash/qstash`.

    ## What it finds
    `serve`, `WorkflowContext`, `QStashWorkflowAbort`, `QStashWorkflowError` and the other workflow names imported from
    `@upstash/qstash` or one of its entries, and everything from `@upstash/qstash/workflow`. What belongs to QStash
    itself (`Client`, `Receiver`, `verifySignatureAppRouter`, …) is fine. And `export const POST = serve(…)` of today's
    entries for Next.js, SvelteKit and SolidStart, as it was written for the old ones.

    ## Why
    The workflow SDK moved to `@upstash/workflow` in 2024 and the old entries stand still: they know no flow control, no
    `waitForEvent`, no `invoke`, and their `serve` returns the handler itself. Their error classes are others than those
    of `@upstash/workflow`: `error instanceof QStashWorkflowAbort` is never true for its abort, so a handler that means
    to let the abort pass swallows it, and the run ends early or never starts. Today's `serve` gives an object that
    holds the handler: exported as `POST`, it is none, and no request is served.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    import { serve } from "@upstash/qstash/nextjs"; // error: [legacy-qstash-import]

    export const POST = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```

    ### Right (TypeScript)
    ```ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```

    ## Fix
    The names are imported from `@upstash/workflow` or its entry of the same framework, and lose the prefix `QStash` in
    the whole file; where `serve` is called, what is meant is taken from what it gives now (`const { POST } = …`,
    `….handler`, `….fetch`). Unsafe where no file says that `@upstash/workflow` is installed: install it then. Left are
    whole entries (`import * as`), `serve` of `@upstash/qstash/workflow`, and a `serve` that is passed on.
    """

    languages = ("typescript",)
    fixable = True

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield imported names that have moved."""
        for each in filter(_has_moved, project.imports):
            entry, name = _entry(each), _new_name(each)
            yield self.finding(
                each.span,
                f"`{each.name}` of {each.specifier} is that of the old workflow SDK,"
                " which stands still and whose errors are not those of today's",
                help=f"Import `{name}` from @upstash/workflow{f'/{entry}' if entry not in ('', 'workflow') else ''}."
                + (" It returns `{ POST }`." if name == "serve" else ""),
                fix=_fix(each, project),
            )
        for whole in () if any(map(_has_moved, project.imports)) else project.whole_results:
            if _RESULTS.get(whole.framework, {}).get("serve") == "POST":
                yield self.finding(
                    whole.span,
                    f"`{whole.function}` of @upstash/workflow/{whole.framework} gives `{{ POST }}`, no handler:"
                    " nothing is served here",
                    help="Write `export const { POST } = …`.",
                )


def _entry(imported: SdkImport) -> str:
    return imported.specifier.removeprefix("@upstash/qstash").removeprefix("/").removeprefix("dist/")


def _new_name(imported: SdkImport) -> str:
    return imported.name.removeprefix("QStash") if imported.name.startswith("QStashWorkflow") else imported.name


def _has_moved(imported: SdkImport) -> bool:
    if not imported.specifier.startswith("@upstash/qstash"):
        return False
    return _entry(imported) == "workflow" or _WORKFLOW.match(imported.name) is not None


def _fix(imported: SdkImport, project: Project) -> Fix:
    """Move all that one import has of the old SDK; unsafe where nothing says that the new one is there."""
    entry = _entry(imported)
    target = f"@upstash/workflow/{entry}" if entry not in ("", "workflow") else "@upstash/workflow"
    title = f"Import from {target}"
    beside = [each for each in project.imports if each.span.path == imported.span.path]
    moving = [each for each in beside if each.specifier == imported.specifier and _has_moved(each)]
    for each in moving:
        known = _new_name(each) in (_RESULTS.get(entry, {}) if target != "@upstash/workflow" else _CORE)
        if not known:
            return Fix(title, obstacle=f"{target} has no `{_new_name(each)}` of this kind")
    results = _RESULTS.get(entry, {})
    names = tuple(MovedName(each.span, _new_name(each), results.get(each.name, "")) for each in moving)
    installed = any(endpoint.sdk for endpoint in project.endpoints if endpoint.language == "typescript")
    return Fix(title, (MoveImports(imported.span, names, target),), safe=installed)
