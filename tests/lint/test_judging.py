"""Running rules: what fails, what is said twice, what is silenced."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lobegen.lint.judging import deduplicated, judge, unoutranked
from lobegen.model.findings import Finding, Severity
from lobegen.model.project import Endpoint, Project
from lobegen.model.source import CallSite, Span
from lobegen.read import read_project
from lobegen.read.discovery import SourceTree
from lobegen.rules.base import Rule

SOURCE = """\
import { serve } from '@upstash/workflow/nextjs';
export const { POST } = serve(async (context) => { await context.run('one', () => 1); });
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """Two endpoints, in good.ts and bad.ts."""
    monkeypatch.chdir(tmp_path)
    for name in ("good.ts", "bad.ts"):
        (tmp_path / name).write_text(SOURCE)
    return read_project(SourceTree(tmp_path, [tmp_path]))


class StumblesOnOneFile(Rule):
    """Finds something in each endpoint and fails on bad.ts."""

    def check(self, endpoint: Endpoint, project: Project) -> Iterator[Finding]:
        """Yield one finding."""
        if endpoint.path == "bad.ts":
            raise KeyError("surprise")
        yield self.finding(endpoint.span, "seen")


class StumblesAlways(Rule):
    """Fails."""

    def check_project(self, project: Project) -> Iterator[Finding]:
        """Raise."""
        raise ValueError("two\nlines")


def test_a_failing_rule_is_one_line_with_rule_and_file_and_other_files_are_judged(project: Project) -> None:
    judgement = judge([StumblesOnOneFile()], project)
    assert [each.span.path for each in judgement.findings] == ["good.ts"]
    assert judgement.failures == (
        "internal error in the rule stumbles-on-one-file on bad.ts: KeyError: 'surprise'. "
        "This is a mistake in lobegen, not in the code it read: please report it.",
    )


def test_a_failing_rule_does_not_stop_the_others(project: Project) -> None:
    judgement = judge([StumblesAlways(), StumblesOnOneFile()], project)
    assert len(judgement.findings) == 1
    assert all("\n" not in line for line in judgement.failures)


def at(start: int, rule: str = "a", message: str = "m", chain: tuple[CallSite, ...] = ()) -> Finding:
    return Finding(rule, Span("a.ts", 1, 1 + start, 1, 9, start, 9), message, Severity.ERROR, chain=chain)


def test_the_same_place_is_said_once_with_the_shortest_chain() -> None:
    site = CallSite(Span("b.ts", 1, 1, 1, 2, 0, 1), "helper")
    assert deduplicated([at(0, chain=(site, site)), at(0, chain=(site,), message="n"), at(3)]) == [
        at(0, chain=(site,), message="n"),
        at(3),
    ]


def test_two_messages_at_one_place_are_kept() -> None:
    assert len(deduplicated([at(0, message="one"), at(0, message="two")])) == 2


def test_a_rule_silences_what_it_outranks_at_the_same_place_only() -> None:
    findings = [at(0, "special"), at(0, "general"), at(5, "general"), at(0, "other")]
    assert unoutranked(findings, {"special": ("general",)}) == [at(0, "special"), at(5, "general"), at(0, "other")]
