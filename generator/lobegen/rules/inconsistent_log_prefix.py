"""The rule inconsistent-log-prefix."""

from collections.abc import Iterator

from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix, PrefixText
from lobegen.model.project import Layer, Project
from lobegen.model.style import LAYER_WORDS, Line, Lines, kebab, log_lines, plain
from lobegen.model.values import Hole, Text
from lobegen.rules.base import Rule


class InconsistentLogPrefix(Rule):
    """A log line that does not say which workflow and layer wrote it, or that builds its text from values.

    ## What it finds
    In a handler, its steps and the helpers that get its context: log lines that do not begin with
    `[{workflow}:{layer}]` (`[{workflow}:{layer}:error]` and the like are fine; an endpoint that belongs to no layers
    may do with `[{workflow}]`); lines that name another layer than the one they stand in; and lines whose text is put
    together from values instead of being given an object: template strings, f-strings, `%`, `.format()`. The workflow
    is called as `unprefixed-step-name` says.

    Loggers with a name or fields of their own (`debug("app:orders")`, `logger.child({ workflow })`), texts that could
    not be followed, and lines in a helper that several workflows share are not judged. Python's
    `logger.info("[orders:process] %s", order)` is fine.

    ## Why
    A run is spread over many requests, and each is executed 2N+2 times outside of steps: without a prefix nobody finds
    its lines again. A text made of values is another text each time, so that no search and no alert can hold on to it.

    ## Examples
    ### Wrong (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greeting:send", () => send(userId));
      console.log("Starting", userId); // warning: [inconsistent-log-prefix]
      console.log(`[greeting:send] Done with ${userId}`); // warning: [inconsistent-log-prefix]
    });
    ```

    ### Right (TypeScript)
    ```ts
    // file: app/api/workflows/greeting/route.ts
    import { serve } from "@upstash/workflow/nextjs";

    export const { POST } = serve<{ userId: string }>(async (context) => {
      const { userId } = context.requestPayload;
      await context.run("greeting:send", () => send(userId));
      console.log("[greeting:send] Completed:", { userId });
    });
    ```

    ### Wrong (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        user_id = context.request_payload["userId"]
        await context.run("greeting:send", lambda: send(user_id))
        logger.info("Starting")  # warning: [inconsistent-log-prefix]
        logger.info(f"[greeting:send] Done with {user_id}")  # warning: [inconsistent-log-prefix]
    ```

    ### Right (Python)
    ```py
    from fastapi import FastAPI
    from upstash_workflow.fastapi import Serve

    serve = Serve(FastAPI())


    @serve.post("/greeting")
    async def greeting(context):
        user_id = context.request_payload["userId"]
        await context.run("greeting:send", lambda: send(user_id))
        logger.info("[greeting:send] Completed: %s", {"userId": user_id})
    ```

    ## What to do
    Put the prefix before the text, and hand values over as an object behind it.

    ## Fix
    The prefix is put before a text that has none. What is put together from values, a line that begins with an error
    or an object, and one of a helper that several layers share are left.
    """

    severity = Severity.WARNING
    profile = "guide"
    fixable = True

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Yield the log lines without prefix, with that of another layer, or made of values."""
        for lines in log_lines(project):
            strangers = list(lines.strangers()) if lines.name is not None else []
            for line in lines.lines:
                said = self._said(line, lines, project, line in strangers)
                if said is not None:
                    yield self.finding(line.span, said[0], chain=line.node.chain, help=said[1], fix=said[2])

    def _said(self, line: Line, lines: Lines, project: Project, stranger: bool) -> tuple[str, str, Fix | None] | None:
        layer = None if lines.is_shared(line) else project.layer_of(line.endpoint)
        own = kebab(line.endpoint.name).split("-")[0]
        prefix = f"[{lines.name}:{own}]" if layer else f"[{lines.name}]"
        second = (line.head or "").split(":")[1:2]
        begin = f"Begin it with `{prefix}`."
        if stranger:
            said = f"`[{line.head}]`" if line.head else "neither its workflow nor its layer"
            fixes = line.head is None and _can_begin(line.text) and not lines.is_shared(line)
            fix = Fix(f"Begin the line with `{prefix}`", (PrefixText(line.span, f"{prefix} "),)) if fixes else None
            return f"this log line names {said}: nobody can tell which run of which workflow wrote it", begin, fix
        if line.head and layer and not second:
            return f"this log line does not name its layer: `[{line.head}]` is written by all layers alike", begin, None
        if line.head and layer and plain(second[0]) in _other_words(layer) - {plain(own)}:
            return f"this log line says `{second[0]}`, but it is the {layer.value} layer that writes it", begin, None
        if _made_of_values(line.text):
            says = "this log line's text is put together from values: it is another text each time, no search finds it"
            return says, "Keep the text constant, and hand the values over as an object behind it.", None
        return None


def _can_begin(text: Text) -> bool:
    """Whether a prefix makes it right: a text without values."""
    return text.literal is not None


def _made_of_values(text: Text) -> bool:
    """Whether values stand in a text, a first one and those in its brackets excepted: they may be the prefix."""
    first = text.parts[0] if text.parts else ""
    open_bracket = isinstance(first, str) and first.startswith("[") and "]" not in first
    rest = text.parts[1:]
    if open_bracket:
        closed = next((n for n, part in enumerate(rest) if isinstance(part, str) and "]" in part), 0)
        rest = rest[closed:]
    return any(isinstance(part, Hole) for part in rest)


def _other_words(layer: Layer) -> frozenset[str]:
    return frozenset(word for other, words in LAYER_WORDS.items() if other is not layer for word in words)
