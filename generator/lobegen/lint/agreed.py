"""What a run makes of its baseline: known findings are left out, gone ones counted, or the file written anew."""

import os
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from lobegen.config import shown
from lobegen.errors import LobegenError
from lobegen.lint.baseline import Baseline, Entry, compare, read_baseline
from lobegen.lint.engine import Reading, check_words, read_paths, report_of
from lobegen.lint.options import LintOptions
from lobegen.lint.replacing import replace_file
from lobegen.model.findings import Finding
from lobegen.report import BaselineUse, Report


class Written(Struct, frozen=True):
    """What `write_baseline` did: how many findings are in the file now, came in, and went.

    Attributes:
        report: What was found, for its problems and failures.
    """

    report: Report
    held: int
    added: int
    gone: int


def baseline_of(reading: Reading, options: LintOptions) -> Baseline | None:
    """The baseline that holds for a run: of `--baseline`, else of the settings.

    Raises:
        LobegenError: The file cannot be used.
    """
    settings = reading.settings
    if options.baseline is not None:
        return read_baseline(Path(os.path.abspath(options.baseline)), f"--baseline: {options.baseline}")
    if settings.baseline is None or settings.file is None:
        return None
    return read_baseline(settings.baseline, f"{shown(settings.file)}: baseline: {shown(settings.baseline)}")


def without_known(report: Report, baseline: Baseline, reading: Reading, options: LintOptions) -> Report:
    """A report without the findings of a baseline."""
    held = [(finding, _entry(finding, baseline, report, reading)) for finding in report.findings]
    compared = compare(baseline, held, lambda entry: _is_judged(entry, baseline, reading, options))
    use = BaselineUse(shown(baseline.file), compared.known, compared.gone.total())
    return replace(report, findings=tuple(compared.new), baseline=use)


def write_baseline(paths: Sequence[Path], options: LintOptions, file: Path) -> Written:
    """Lint, and write all that is found to a baseline; what it has of files that are not linted now stays in it.

    Raises:
        LobegenError: As for `lint_paths`; or a file that is there and is no baseline, or cannot be written.
    """
    check_words(options)
    options = replace(options, use_baseline=False)
    path = Path(os.path.abspath(file))
    before = read_baseline(path, f"--write-baseline: {file}") if path.exists() else Baseline(path, Counter())
    reading = read_paths(paths, options=options)
    report = report_of(reading, options)
    found = Counter(_entry(finding, before, report, reading) for finding in report.findings)
    if report.failures:
        return Written(report, 0, 0, 0)
    kept = {each: n for each, n in before.entries.items() if not _is_judged(each, before, reading, options)}
    entries = Counter({each: max(kept.get(each, 0), found[each]) for each in kept.keys() | found.keys()})
    _write(replace(before, entries=entries), file)
    added, gone = (entries - before.entries).total(), (before.entries - entries).total()
    return Written(report, entries.total(), added, gone)


def _entry(finding: Finding, baseline: Baseline, report: Report, reading: Reading) -> Entry:
    path = finding.span.path
    return baseline.entry(finding, reading.path_of(path), reading.project, report.sources.get(path))


def _is_judged(entry: Entry, baseline: Baseline, reading: Reading, options: LintOptions) -> bool:
    """Whether the run would have found what an entry says."""
    path = baseline.path_of(entry)
    if not reading.scope.shows(path) or options.select or options.extend_select or options.ignore:
        return False
    if entry.rule == "incompatible-step-change" and reading.project.earlier is None:
        return False
    unread = any(fault.certain and reading.path_of(fault.span.path) == path for fault in reading.project.faults)
    return not unread and (path in reading.tree.files() or not os.path.exists(path))


def _write(baseline: Baseline, file: Path) -> None:
    try:
        replace_file(baseline.file, baseline.written())
    except OSError as error:
        raise LobegenError(f"--write-baseline: {file}: cannot be written: {error.strerror}.") from None
