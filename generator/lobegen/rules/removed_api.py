"""The rule removed-api."""

from collections.abc import Iterator

from lobegen.model.findings import Finding
from lobegen.model.fixes import Change, Fix, MovedName, MoveImports, RemoveOption, WrapOption
from lobegen.model.flow_control import old_sdk_of
from lobegen.model.project import Endpoint, Project, SdkImport
from lobegen.model.source import Span
from lobegen.model.values import Setting, Settings
from lobegen.model.walk import steps
from lobegen.rules.base import Rule

#: what 1.0 dropped, and what takes its place; source: Upstash's migration page, the types of 1.3.3
_SERVE = {"onStepFinish": "Use a middleware (`middlewares: [...]`)."}
_TRIGGER = {
    "keepTriggerConfig": "Leave it out: since 1.0 the trigger's settings hold for the whole run.",
    "useFailureFunction": "Leave it out: since 1.0 a `failureFunction` of `serve` is always used.",
}
_CALL = {"stringifyBody": "Give `body` as a text (`JSON.stringify(...)`); since 1.0 it is sent as it is."}
_ERRORS = {"QStashWorkflowAbort": "WorkflowAbort", "QStashWorkflowError": "WorkflowError"}


class RemovedApi(Rule):
    """Something of `@upstash/workflow` that 1.0 removed.

    ## What it finds
    Under `@upstash/workflow` 1.0 and newer: `onStepFinish` among the options of `serve`, `keepTriggerConfig` and
    `useFailureFunction` of a trigger, `stringifyBody` of `context.call`, `context.agents`. Under any version, the old
    names of the errors (`QStashWorkflowAbort`, `QStashWorkflowError`) imported from `@upstash/workflow`.

    ## Why
    Options that are gone are ignored without a word, at run time always and by the compiler as soon as they come from a
    constant. `context.agents` is undefined, so the first request throws; an error class that is undefined makes
    `instanceof` throw where the error is caught.

    ## Examples
    ### Wrong (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/order/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("reserve", () => reserve());
      },
      { onStepFinish: (id) => console.log(id) }, // error: [removed-api]
    );
    ```

    ### Right (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/order/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    import { logged } from "./logged";

    export const { POST } = serve(
      async (context) => {
        await context.run("reserve", () => reserve());
      },
      { middlewares: [logged] },
    );
    ```

    ## Fix
    `keepTriggerConfig` and `useFailureFunction` are deleted, and so is `stringifyBody`; where that was `true`, `body`
    becomes `JSON.stringify(body)`. The errors get their names of today, in the
    whole file. `onStepFinish` and `context.agents` are left: what takes their place is yours to write.
    """

    languages = ("typescript",)
    fixable = True

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield removed options, parts of the context and names."""
        yield from super().check_project(project)
        for site in project.triggers:
            if old_sdk_of(site, project) is False:
                yield from self._options(site.trigger.settings, _TRIGGER, "a trigger")
        for each in project.imports:
            if each.specifier.startswith("@upstash/workflow") and each.name in _ERRORS:
                yield self.finding(
                    each.span,
                    f"@upstash/workflow has no `{each.name}`: it is undefined, and `instanceof` throws",
                    help=f"It is called `{_ERRORS[each.name]}`.",
                    fix=_renamed(each, project),
                )

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield what this endpoint uses and its SDK does not have."""
        if endpoint.old_sdk is not False:
            return
        yield from self._options(endpoint.options, _SERVE, f"`{endpoint.served_by}`")
        for step in steps(endpoint.body):
            if step.settings is not None:
                yield from self._options(step.settings, _CALL, "`context.call`")
        for each in endpoint.unresolved:
            if each.part.startswith("agents."):
                message = "the context has no `agents` since 1.0: the request fails when it gets here"
                yield self.finding(each.span, message, help="Call the model in a step with a library of your choice.")

    def _options(self, given: Settings, removed: dict[str, str], where: str) -> Iterator[Finding]:
        for name, help in removed.items():
            if (setting := given.get(name)) is not None:
                span: Span = setting.span
                message = f"{where} of @upstash/workflow 1 ignores `{name}`"
                yield self.finding(span, message, help=help, fix=_without(name, setting, given))


def _without(name: str, setting: Setting, given: Settings) -> Fix | None:
    """Leave out what is ignored, and do what it did."""
    if name in _SERVE or (name == "stringifyBody" and setting.kind != "boolean"):
        return None
    changes: tuple[Change, ...] = (RemoveOption(setting.span),)
    body = given.get("body")
    if name == "stringifyBody" and setting.value and body is not None:
        changes += (WrapOption(body.span, "JSON.stringify"),)
    return Fix(f"Delete `{name}`", changes)


def _renamed(imported: SdkImport, project: Project) -> Fix:
    beside = (each for each in project.imports if each.span.path == imported.span.path)
    old = [each for each in beside if each.specifier == imported.specifier and each.name in _ERRORS]
    names = tuple(MovedName(each.span, _ERRORS[each.name]) for each in old)
    return Fix("Use its name of today", (MoveImports(imported.span, names, imported.specifier),))
