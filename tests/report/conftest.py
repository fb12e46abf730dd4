"""A report as the engine makes them, and its text in each format."""

from collections.abc import Callable

import pytest
from report_samples import FINDING, ODD, ODD_PATH, ODD_SOURCE, SOURCE, span_of

from lobegen.model.findings import Finding, Severity
from lobegen.report import Counts, Report, RuleFacts, Style, Suppressed, renderer


@pytest.fixture
def report() -> Report:
    """One error with everything that a finding can have, one warning, one note, one suppressed."""
    warning = Finding("b-rule", span_of("const b"), "suspicious", Severity.WARNING, "layers")
    note = Finding("unresolved-code", span_of("work"), "not followed", Severity.INFO)
    allowed = Finding("c-rule", span_of("const a"), "allowed thing", Severity.ERROR)
    return Report(
        findings=(FINDING, warning, note),
        suppressed=(Suppressed(allowed, "it is fine", span_of("const b")),),
        problems=("x.ts: cannot be read: Permission denied",),
        counts=Counts(files=1200, endpoints=3, workflows=1, unresolved=1),
        sources={"src/a.ts": SOURCE},
        rules=(RuleFacts("b-rule", Severity.WARNING, "layers", "Finds b.\n\n## Why\nBecause."),
               RuleFacts("unnamed-step", Severity.ERROR, "core", "Finds it.")),
    )  # fmt: skip


@pytest.fixture
def odd() -> Report:
    """A finding, allowed as well, whose texts, path and source hold what formats trip over."""
    return Report(
        findings=(ODD,),
        suppressed=(Suppressed(ODD, ODD.message, ODD.span),),
        problems=(ODD.message,),
        failures=(ODD.message,),
        sources={ODD_PATH: ODD_SOURCE},
        rules=(RuleFacts("unnamed-step", Severity.ERROR, "core", f"Finds it.\n\n{ODD.message}"),),
    )


@pytest.fixture(autouse=True)
def _outside_of_services(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a service says of its checkout changes paths."""
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(variable, raising=False)


@pytest.fixture
def rendered(report: Report) -> Callable[..., str]:
    """The text of a report in a format."""

    def text(name: str, of: Report = report, **style: bool) -> str:
        return "".join(f"{line}\n" for line in renderer(name)(of, Style(**style)))

    return text
