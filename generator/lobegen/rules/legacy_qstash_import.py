"""The rule legacy-qstash-import."""

import re
from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.project import Project
from lobegen.rules.base import Rule

_WORKFLOW = re.compile(r"^(serve(Many)?(PagesRouter)?|createWorkflow|Workflow\w+|QStashWorkflow\w+)$")


class LegacyQstashImport(Rule):
    """A workflow import from `@upstash/qstash`.

    ## What it finds
    `serve`, `WorkflowContext`, `QStashWorkflowAbort`, `QStashWorkflowError` and the other workflow names imported from
    `@upstash/qstash` or one of its entries, and everything from `@upstash/qstash/workflow`. What belongs to QStash
    itself (`Client`, `Receiver`, `verifySignatureAppRouter`, …) is fine.

    ## Why
    The workflow SDK moved to `@upstash/workflow` in 2024 and the old entries stand still: they know no flow control, no
    `waitForEvent`, no `invoke`, and their `serve` returns the handler itself. Their error classes are others than those
    of `@upstash/workflow`: `error instanceof QStashWorkflowAbort` is never true for its abort, so a handler that means
    to let the abort pass swallows it, and the run ends early or never starts.

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

    ## What to do
    Import from `@upstash/workflow`; `serve` gives `{ POST }` there, and the errors lost their prefix
    (`WorkflowAbort`, `WorkflowError`).
    """

    languages = ("typescript",)

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield imported names that have moved."""
        for each in project.imports:
            if not each.specifier.startswith("@upstash/qstash"):
                continue
            entry = each.specifier.removeprefix("@upstash/qstash").removeprefix("/").removeprefix("dist/")
            if entry != "workflow" and not _WORKFLOW.match(each.name):
                continue
            name = each.name.removeprefix("QStash") if each.name.startswith("QStashWorkflow") else each.name
            yield self.finding(
                each.span,
                f"`{each.name}` of {each.specifier} is that of the old workflow SDK,"
                " which stands still and whose errors are not those of today's",
                help=f"Import `{name}` from @upstash/workflow{f'/{entry}' if entry not in ('', 'workflow') else ''}."
                + (" It returns `{ POST }`." if name == "serve" else ""),
            )
