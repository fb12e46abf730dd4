"""Brings TypeScript workflows from SDK 0.2 to 1.x: the fixes that this needs, and what is left to do by hand."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from msgspec import Struct

from lobegen.lint.engine import Reading, read_paths
from lobegen.lint.fixing import FixedFile, fix_paths
from lobegen.lint.options import LintOptions
from lobegen.lint.packages import VERSION, Package, packages_of
from lobegen.model.findings import Finding, Severity
from lobegen.model.fixes import Fix, WrapOption
from lobegen.model.source import Span
from lobegen.model.walk import steps
from lobegen.patterns import compiled
from lobegen.read.rendering import FixRenderer

#: the rules that say what 1.x does not have any more, or does otherwise
RULES = (
    "abort-matched-by-name",
    "invalid-flow-control",
    "legacy-qstash-import",
    "removed-api",
    "removed-serve-option",
)
#: the name of what no rule finds, since it is right under the old line
CALL_BODY = "call-body"
_ANSWER = compiled(rb"""^(sdk: )(['"])0\.2\2""", re.MULTILINE)


class Left(Struct, frozen=True):
    """Something to do by hand: where, what, and why it was not done."""

    span: Span
    what: str
    why: str


class Migration(Struct, frozen=True):
    """What a migration does.

    Attributes:
        files: What is to be written.
        done: The findings that are fixed, each with its fix.
        packages: What becomes of package.json files.
        left: What is to be done by hand, by place.
        problems: As in `Report.problems`.
        endpoints: How many endpoints were under the old line.
    """

    files: tuple[FixedFile, ...]
    done: tuple[Finding, ...]
    packages: tuple[Package, ...]
    left: tuple[Left, ...]
    problems: tuple[str, ...]
    endpoints: int


def migrate_paths(paths: Sequence[Path], *, root: Path | None = None, options: LintOptions | None = None) -> Migration:
    """What brings the workflows of files and folders to SDK 1.x; nothing is written.

    Args:
        paths: As for `lint_paths`.
        root: Likewise.
        options: Likewise; what they select is not looked at.

    Raises:
        LobegenError: As for `lint_paths`.
    """
    given = options or LintOptions()
    before = read_paths(paths, root=root, options=given)
    old = _old_files(before)
    wanted = LintOptions(
        select=RULES,
        config=given.config,
        include_tests=given.include_tests,
        use_baseline=False,
        sdk={"typescript": VERSION},
        progress=given.progress,
    )
    bodies = _CallBodies(old)
    fixed = fix_paths(paths, root=root, options=wanted, unsafe=True, more=bodies.once)
    packages = packages_of(sorted(old), before.tree)
    asked = [each.file for each in packages if each.file is not None]
    return Migration(
        files=(*fixed.files, *asked, *_answers(before, old)),
        done=tuple(sorted(fixed.report.fixed, key=lambda each: each.span)),
        packages=tuple(packages),
        left=(
            *_left([*fixed.report.findings, *bodies.without(fixed.report.fixed)], packages),
            *_not_written(before, old),
        ),
        problems=fixed.report.problems,
        endpoints=sum(each.path in old for each in before.project.endpoints),
    )


def _old_files(reading: Reading) -> frozenset[str]:
    """The files in scope, as shown, that are under the old line or import from what came before it."""
    project = reading.project
    found = {each.path for each in project.endpoints if each.old_sdk}
    if found:
        found |= {site.trigger.settings.span.path for site in project.triggers}
    found |= {each.span.path for each in project.imports if each.specifier.startswith("@upstash/qstash/")}
    return frozenset(path for path in found if path.endswith(_TYPESCRIPT) and reading.shows(path))


_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")


class _CallBodies:
    """The bodies of `context.call`, of which the old line makes JSON unless it is told not to.

    Which these are can be seen before anything is fixed only: afterwards all are texts.
    """

    def __init__(self, old: frozenset[str]) -> None:
        self._old = old
        self._found: tuple[Finding, ...] | None = None

    def once(self, reading: Reading) -> tuple[Finding, ...]:
        """What is found at the first time; nothing afterwards."""
        if self._found is not None:
            return ()
        ends = (each for each in reading.project.endpoints if each.path in self._old)
        found = (step.settings for end in ends for step in steps(end.body) if step.method == "call" and step.settings)
        bodies = (each.items["body"].span for each in found if "body" in each and "stringifyBody" not in each)
        renderer = FixRenderer(reading.tree, reading.project.faults)
        self._found = tuple(_body(span, renderer) for span in dict.fromkeys(bodies))
        return self._found

    def without(self, fixed: Sequence[Finding]) -> list[Finding]:
        """Those that are not fixed."""
        spans = {each.span for each in fixed if each.rule == CALL_BODY}
        return [each for each in self._found or () if each.span not in spans]


def _body(span: Span, renderer: FixRenderer) -> Finding:
    message = "`context.call` sends `body` as it is since 1.0; the old line made JSON of it, also of a text"
    fix = Fix("Make JSON of `body`", (WrapOption(span, "JSON.stringify"),))
    help_text = "See that it is the text that you mean."
    return Finding(CALL_BODY, span, message, Severity.INFO, help=help_text, fix=renderer.rendered(fix))


def _answers(reading: Reading, old: frozenset[str]) -> Iterator[FixedFile]:
    """The answers of scaffolded workflows, which say the line: `lobegen update` goes on from there."""
    for workflow in reading.project.workflows:
        held = next((each.path for each in workflow.endpoints if each.path in old), None)
        if not workflow.scaffolded or held is None:
            continue
        name = f".copier/lobegen-{workflow.name.replace('_', '-')}.yml"
        for file in (Path(folder, name) for folder in reading.tree.folders_above(held)):
            content = file.read_bytes() if file.is_file() else b""
            if _ANSWER.search(content):
                changed = _ANSWER.sub(rb"\g<1>\g<2>1\g<2>", content)
                yield FixedFile(file, reading.tree.display(file), content, changed)


def _not_written(reading: Reading, old: frozenset[str]) -> Iterator[Left]:
    """The options of `serve` that come from where nobody can look: a condition, a call, another package."""
    what = "the options here are not all written out: of them 1.x ignores `retries`, `flowControl`, `failureUrl`"
    ends = [each for each in reading.project.endpoints if each.path in old and not each.options.complete]
    for span in sorted({each.options.span for each in ends}):
        yield Left(span, what, "Move those to every `client.trigger(...)` of the route.")


def _left(findings: Sequence[Finding], packages: Sequence[Package]) -> Iterator[Left]:
    for each in sorted(findings, key=lambda each: each.span):
        message = each.message.replace(" (from config)", "")  # the version that is migrated to is in no file yet
        yield Left(each.span, message, (each.fix.obstacle if each.fix else "") or each.help)
    for package in packages:
        yield from (Left(span, what, "") for span, what in package.left)
