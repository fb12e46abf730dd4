"""One run of the linter: read, judge, select, allow, report."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from lobegen.config import ALL, Settings, SettingsFinder, check_selector, matches
from lobegen.errors import LobegenError
from lobegen.lint.comments import NEEDLE, commented_as
from lobegen.lint.judging import REPORT_IT, Judgement, judge, order, unoutranked
from lobegen.lint.options import DEFAULTS, LintOptions
from lobegen.lint.scope import Scope, scope_of
from lobegen.lint.selection import Selection
from lobegen.lint.suppression import Suppressions
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.read import read_project
from lobegen.read.discovery import SourceTree
from lobegen.read.needles import MARKER, NEEDLES
from lobegen.read.options import ReadOptions
from lobegen.read.rendering import FixRenderer
from lobegen.report import Counts, Report, RuleFacts, SdkUse, Suppressed
from lobegen.rules import all_rules, rule_names
from lobegen.rules.base import Rule

if TYPE_CHECKING:
    from lobegen.lint.since import Since

_THRESHOLDS = {"warning": Severity.WARNING, "error": Severity.ERROR, "never": None}


class Reading(Struct, frozen=True):
    """What was read for one run.

    Attributes:
        settings: Those of the folder of the first path: they say what is read and which SDK holds.
        finder: For the settings of every other folder.
        past_sources: Files of the revision that the project is compared with, by `Span.path`.
    """

    scope: Scope
    tree: SourceTree
    project: Project
    settings: Settings
    finder: SettingsFinder
    past_sources: Mapping[str, bytes] = {}

    def source(self, display: str) -> bytes | None:
        """The content of a file, as shown in findings."""
        return self.past_sources.get(display) or self.tree.read(Path(self.path_of(display)))

    def shows(self, display: str) -> bool:
        """Whether a file, as shown, is among the paths that were named."""
        return self.scope.shows(self.path_of(display))

    def path_of(self, display: str) -> str:
        """The absolute path of a file, as shown."""
        return self.tree.path_of(display)

    def may_change(self, display: str) -> bool:
        """Whether a file, as shown, may be fixed: it is linted, and among the paths that were named."""
        path = self.path_of(display)
        return self.shows(display) and (path in self.tree.files() or commented_as(path) is None)


def read_paths(paths: Sequence[Path], *, root: Path | None = None, options: LintOptions = DEFAULTS) -> Reading:
    """Read the sources of the paths and of the projects around them.

    Raises:
        LobegenError: A path, a setting or a selected rule that does not exist, or an internal error.
    """
    finder = SettingsFinder(rule_names(), options.config)
    held = bool(options.force_exclude)
    unsaved = frozenset([*options.overlay, *([options.stdin[0]] if options.stdin else [])])
    scope = scope_of(paths, root=root, unsaved=unsaved, any_kind=held)
    since = _since(scope, options)
    scope = replace(scope, changed=since.changed) if since is not None else scope
    first = scope.named[0]
    settings = finder.for_folder(first if first.is_dir() else first.parent)
    tree = SourceTree(
        scope.root,
        (*scope.projects, *scope.named),
        excludes=settings.exclude,
        exclude_base=settings.base if settings.file else None,
        include_tests=settings.include_tests if options.include_tests is None else options.include_tests,
        force_exclude=settings.force_exclude if options.force_exclude is None else options.force_exclude,
        overlay=dict([options.stdin] if options.stdin else []) | dict(options.overlay),
        keep=(NEEDLE,),
        progress=options.progress,
    )
    tree.begin(*NEEDLES, MARKER)
    all_rules()  # imported meanwhile
    try:
        project = read_project(tree, ReadOptions({**settings.sdk, **options.sdk}, settings.side_effects, settings.plan))
        past = since.past(scope, settings, project) if since is not None else None
    except LobegenError:
        raise
    except Exception as error:
        reason = " ".join(f"{type(error).__name__}: {error}".split())
        raise LobegenError(f"internal error while reading: {reason}.", REPORT_IT) from error
    if past is not None:
        project = replace(project, earlier=past.earlier)
    return Reading(scope, tree, project, settings, finder, past.sources if past is not None else {})


def _since(scope: Scope, options: LintOptions) -> "Since | None":
    if options.since is None and not options.changed:
        return None
    from lobegen.lint.since import since_of

    return since_of(scope, options)


def lint_paths(paths: Sequence[Path], *, root: Path | None = None, options: LintOptions = DEFAULTS) -> Report:
    """Lint files and folders.

    Args:
        paths: What is to be linted; nothing means the current folder. Around each, its project is read too.
        root: The project's folder where the caller knows it.
        options: As on the command line.

    Raises:
        LobegenError: A path, a setting or a selected rule that does not exist, or an internal error while reading.
    """
    check_words(options)
    return report_of(read_paths(paths, root=root, options=options), options)


def check_words(options: LintOptions) -> None:
    """See that what is selected and ignored exists.

    Raises:
        LobegenError: A word that names no rule and no profile.
    """
    names = rule_names()
    for option, words in (("--select", (*options.select, *options.extend_select)), ("--ignore", options.ignore)):
        for word in words:
            problem = check_selector(word, names)
            if problem:
                raise LobegenError(f"{option}: {problem}")


def report_of(reading: Reading, options: LintOptions = DEFAULTS) -> Report:
    """Judge what was read."""
    report = _Run(all_rules(), reading, options).report()
    if not options.use_baseline or (options.baseline is None and reading.settings.baseline is None):
        return report
    from lobegen.lint.agreed import baseline_of, without_known

    baseline = baseline_of(reading, options)
    return without_known(report, baseline, reading, options) if baseline is not None else report


class _Run:
    """Turns what was read into a report."""

    def __init__(self, rules: tuple[Rule, ...], reading: Reading, options: LintOptions) -> None:
        self._rules = rules
        self._reading = reading
        self._selection = Selection(options.select, options.extend_select, options.ignore)
        self._fail_on = options.fail_on
        self._scaffolded = _scaffolded_paths(reading.project)
        self._about_the_change = frozenset(rule.name for rule in rules if rule.about_the_change)

    def report(self) -> Report:
        """The report of this run."""
        ran = [rule for rule in self._rules if self._selection.may_show(rule.name)]
        judgement = judge(ran, self._reading.project)
        suppressions = self._suppressions()
        suppressions.mark_used(judgement.findings)
        compared = self._reading.project.earlier is not None
        judged = frozenset(rule.name for rule in ran if compared or not rule.about_the_change)
        kept, allowed = suppressions.split(self._shown(judgement.findings))
        unread = frozenset(fault.span.path for fault in self._reading.project.faults)
        about = self._shown(suppressions.unused(judged, unread))
        own, own_allowed = suppressions.split(about)
        return self._made(judgement, self._with_edits([*kept, *own]), [*allowed, *own_allowed])

    def _with_edits(self, findings: list[Finding]) -> list[Finding]:
        """The findings with the edits that fix them."""
        reading = self._reading
        renderer = FixRenderer(reading.tree, reading.project.faults)
        return [replace(each, fix=renderer.rendered(each.fix)) if each.fix else each for each in findings]

    def _suppressions(self) -> Suppressions:
        """What the comments of the files in scope say."""
        found = Suppressions(frozenset(rule.name for rule in self._rules))
        for path, file in self._reading.tree.kept.items():
            if self._reading.scope.names(path):
                found.add_file(file.display, file.content)
        for example in self._reading.project.environments:
            path = self._reading.path_of(example.span.path)
            content = self._reading.tree.read(Path(path)) if self._reading.scope.names(path) else None
            found.add_file(example.span.path, content or b"")
        return found

    def _shown(self, findings: Iterable[Finding]) -> list[Finding]:
        """The findings in scope that are selected, with the severity that holds, one for each cause."""
        shown: list[Finding] = []
        for finding in findings:
            path = self._reading.path_of(finding.span.path)
            settings = self._reading.finder.for_folder(Path(path).parent)
            scaffolded = self._is_scaffolded(finding)
            scope = self._reading.scope
            in_scope = scope.names(path) if finding.rule in self._about_the_change else scope.shows(path)
            if not in_scope or self._is_left_out(finding, path, settings):
                continue
            if self._selection.shows(finding, settings, scaffolded=scaffolded):
                shown.append(self._selection.graded(finding, settings, scaffolded=scaffolded))
        return unoutranked(shown, {rule.name: rule.outranks for rule in self._rules})

    def _is_left_out(self, finding: Finding, path: str, settings: Settings) -> bool:
        """Whether the settings of its file leave a finding out: ignored there, or (nested settings) not to be read."""
        if settings.file != self._reading.settings.file and matches(settings.exclude, path, settings.base):
            return True
        words = {finding.rule, finding.profile, ALL}
        return any(
            not words.isdisjoint(ignored) and matches((pattern,), path, settings.base)
            for pattern, ignored in settings.per_file_ignores.items()
        )

    def _is_scaffolded(self, finding: Finding) -> bool:
        places = (finding.span.path, *(site.span.path for site in finding.chain))
        return any(path in self._scaffolded for path in places)

    def _made(self, judgement: Judgement, findings: list[Finding], allowed: list[Suppressed]) -> Report:
        reading = self._reading
        places = {span.path for each in findings for span in (each.span, *(other.span for other in each.related))}
        places |= {site.span.path for each in findings for site in each.chain}
        places |= {edit.span.path for each in findings if each.fix for edit in each.fix.edits}
        places |= {span.path for each in allowed for span in (each.finding.span, each.comment)}
        sources = {path: reading.source(path) for path in sorted(places)}
        return Report(
            findings=tuple(sorted(findings, key=order)),
            suppressed=tuple(sorted(allowed, key=lambda each: order(each.finding))),
            problems=tuple(dict.fromkeys(reading.tree.problems)),
            failures=judgement.failures,
            counts=self._counts(),
            fail_on=_THRESHOLDS[self._fail_on or reading.settings.fail_on],
            sources={path: content for path, content in sources.items() if content is not None},
            rules=tuple(
                RuleFacts(rule.name, rule.severity, rule.profile, type(rule).__doc__ or rule.name)
                for rule in self._rules
            ),
        )

    def _counts(self) -> Counts:
        project, shows = self._reading.project, self._reading.shows
        endpoints = [each for each in project.endpoints if shows(each.path)]
        unresolved = {each.span for each in project.unresolved}
        unresolved |= {each.span for endpoint in endpoints for each in endpoint.unresolved}
        shown = set(map(id, endpoints))
        return Counts(
            files=sum(map(self._reading.scope.shows, self._reading.tree.files())),
            endpoints=len(endpoints),
            workflows=sum(any(id(each) in shown for each in workflow.endpoints) for workflow in project.workflows),
            unresolved=sum(shows(span.path) for span in unresolved),
            sdks=_sdks(endpoints),
        )


def _sdks(endpoints: list[Endpoint]) -> tuple[SdkUse, ...]:
    """Under which SDKs endpoints run, by package and version."""
    used = Counter((each.package, each.sdk) for each in endpoints)
    found = [
        SdkUse(package, sdk.version if sdk else "", sdk.source if sdk else "", count)
        for (package, sdk), count in used.items()
    ]
    return tuple(sorted(found, key=lambda each: (each.package, each.version, each.source)))


def _scaffolded_paths(project: Project) -> frozenset[str]:
    """The files of the workflows that lobegen made: endpoints, class, and what still holds its markers."""
    made = [workflow for workflow in project.workflows if workflow.scaffolded]
    paths = {endpoint.path for workflow in made for endpoint in workflow.endpoints}
    paths |= {workflow.workflow_class.span.path for workflow in made if workflow.workflow_class}
    return frozenset(paths | {marker.span.path for marker in project.markers})
