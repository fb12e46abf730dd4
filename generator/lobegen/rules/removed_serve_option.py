"""The rule removed-serve-option."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Related
from lobegen.model.moving import moved
from lobegen.model.project import Endpoint, Project
from lobegen.rules.base import Rule

#: options that `serve` of 0.x reads and `serve` of 1.x ignores; facts: QStash wire protocol 4.2, 4.3
REMOVED = ("flowControl", "retries", "retryDelay", "failureUrl")


class RemovedServeOption(Rule):
    """An option of `serve` that `@upstash/workflow` 1 ignores.

    ## What it finds
    `flowControl`, `retries`, `retryDelay` or `failureUrl` among the options of `serve`, `createWorkflow` or their
    relatives, where the installed `@upstash/workflow` is 1.0 or newer. Options that reach `serve` through a constant or
    a spread are found too.

    ## Why
    Since 1.0 these belong to the trigger. `serve` ignores them without a word, at run time always and in the types as
    soon as the options come from a constant: what looks like a limit of 10 parallel runs is no limit at all.

    ## Examples
    ### Wrong (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/greet/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(
      async (context) => {
        await context.run("greet", () => greet());
      },
      { flowControl: { key: "greet", parallelism: 10 } }, // error: [removed-serve-option]
    );
    ```

    ### Right (TypeScript)
    ```json
    // file: package.json
    { "dependencies": { "@upstash/workflow": "^1.3.3" } }
    ```
    ```ts
    // file: app/api/greet/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve(async (context) => {
      await context.run("greet", () => greet());
    });
    ```
    ```ts
    // file: lib/greet.ts
    import { Client } from "@upstash/workflow";

    export const startGreeting = () =>
      new Client({ token: process.env.QSTASH_TOKEN }).trigger({
        url: `${process.env.APP_URL}/api/greet`,
        flowControl: { key: "greet", parallelism: 10 },
      });
    ```

    ## Fix
    The option moves to every `client.trigger(...)` of this route in the project: to what each is given, or into the
    `flowControl` that it has already. It is left where it is, and why is said, where that is not all that can start the
    route or not sure: no trigger in the project, options that are not written out, a `publishJSON`, one trigger for
    several routes, a value that means nothing in the other file, or another value there. A start that is not in the
    project (a `curl`, a schedule) does not get the option.
    """

    languages = ("typescript",)
    fixable = True

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield options that this endpoint's SDK ignores."""
        if endpoint.old_sdk is not False or endpoint.sdk is None:
            return
        triggers = project.triggers_of(endpoint)
        for name in REMOVED:
            setting = endpoint.options.get(name)
            if setting is None:
                continue
            yield self.finding(
                setting.span,
                f"`{endpoint.served_by}` of @upstash/workflow {endpoint.sdk.version} (from {endpoint.sdk.source})"
                f" ignores `{name}`: `{endpoint.name}` runs without it",
                related=tuple(Related(site.trigger.span, "a trigger of this route") for site in triggers[:3]),
                fix=moved(name, endpoint, project),
                help=f"Move `{name}` to every `client.trigger(...)` of this route.",
            )
