"""What holds for every fix, on all examples: it helps, files parse, other bytes stay, fixing twice is fixing once."""

import codecs
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from markdown_cases import cases, fix_cases

from lobegen.lint import LintOptions, lint_paths
from lobegen.lint.changes import applied
from lobegen.lint.fixing import Fixed, fix_paths
from lobegen.read.modules import lowered
from lobegen.rules import all_rules
from lobegen.rules.base import Rule
from lobegen.rules.documentation import documentation

HERE = Path(__file__).parent
FIXABLE = [rule for rule in all_rules() if rule.fixable]
each_fixable = pytest.mark.parametrize("rule", FIXABLE, ids=lambda rule: rule.name)
OPTIONS = LintOptions(extend_select=("guide",))


def examples(rule: Rule) -> Iterator[tuple[str, dict[str, str]]]:
    """Title and files of all examples of a rule in which something is to be found."""
    for text in ((HERE / f"{rule.name}.md").read_text(), documentation(rule).text):
        found = (case for case in cases(text) if any(name == rule.name for *_, name in case.expected))
        yield from ((case.title, case.files) for case in found)
    yield from ((case.title, case.before) for case in fix_cases((HERE / "fixes" / f"{rule.name}.md").read_text()))


def written(files: dict[str, str], folder: Path, encode: Callable[[str, str], bytes]) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(encode(path, content))
    return folder


def fixed(folder: Path) -> Fixed:
    outcome = fix_paths([folder], root=folder, options=OPTIONS, unsafe=True)
    assert not outcome.report.failures
    assert not outcome.report.problems
    return outcome


def utf8(path: str, text: str) -> bytes:
    return text.encode()


def with_mark_and_crlf(path: str, text: str) -> bytes:
    return (codecs.BOM_UTF8 if path.endswith((".py", ".ts", ".tsx")) else b"") + text.replace("\n", "\r\n").encode()


def latin_1(path: str, text: str) -> bytes:
    """Python says so; in TypeScript the bytes of a comment are no UTF-8."""
    if path.endswith(".py"):
        return f"# coding: latin-1\n# größe\n{text}".encode("latin-1", "replace")
    return text.encode() + (b"// gr\xf6\xdfe\n" if path.endswith((".ts", ".tsx")) else b"")


@each_fixable
def test_the_fix_makes_what_its_page_of_tests_shows(rule: Rule, tmp_path: Path) -> None:
    shown = fix_cases((HERE / "fixes" / f"{rule.name}.md").read_text())
    for number, case in enumerate(shown):
        folder = written(case.before, tmp_path / str(number), utf8)
        options = LintOptions(select=(rule.name,))
        options = LintOptions() if rule.by_engine else options
        outcome = fix_paths([folder], root=folder, options=options, unsafe=True)
        changed = {str(file.path.relative_to(folder)): file.after.decode() for file in outcome.files}
        assert changed == case.after, case.title
    languages = {"python" if path.endswith(".py") else "typescript" for case in shown for path in case.after}
    assert languages == set(rule.languages)


@each_fixable
@pytest.mark.parametrize("encode", [utf8, with_mark_and_crlf, latin_1])
def test_fixes_help_and_spoil_nothing(rule: Rule, encode: Callable[[str, str], bytes], tmp_path: Path) -> None:
    for number, (title, files) in enumerate(examples(rule)):
        folder = written(files, tmp_path / str(number), encode)
        before = lint_paths([folder], root=folder, options=OPTIONS)
        outcome = fixed(folder)
        for file in outcome.files:
            assert lowered(file.display, file.after).faults == (), title
            assert file.after.startswith(codecs.BOM_UTF8) == file.before.startswith(codecs.BOM_UTF8)
            assert (b"\r\n" in file.before) == (b"\r\n" in file.after)
            assert file.after.count(b"\r") in (0, file.after.count(b"\n"))
            assert (b"gr\xf6\xdfe" in file.before) == (b"gr\xf6\xdfe" in file.after)
            file.path.write_bytes(file.after)
        had = Counter(each.rule for each in before.findings)
        has = Counter(each.rule for each in lint_paths([folder], root=folder, options=OPTIONS).findings)
        went = Counter(each.rule for each in outcome.report.fixed)
        assert has[rule.name] <= had[rule.name] - went[rule.name], title
        assert not {name for name in has if has[name] > had[name]} - MAY_APPEAR, title
        assert fixed(folder).files == (), title


#: a fix may bring to light what was hidden behind what it fixes
MAY_APPEAR: set[str] = set()


@each_fixable
def test_edits_are_inside_of_files_and_apart(rule: Rule, tmp_path: Path) -> None:
    for number, (title, files) in enumerate(examples(rule)):
        folder = written(files, tmp_path / str(number), with_mark_and_crlf)
        report = lint_paths([folder], root=folder, options=OPTIONS)
        for fix in (each.fix for each in report.findings if each.fix):
            assert bool(fix.edits) != bool(fix.obstacle)
            for path in {edit.span.path for edit in fix.edits}:
                edits = [edit for edit in fix.edits if edit.span.path == path]
                ends = [offset for edit in edits for offset in (edit.span.start, edit.span.end)]
                assert ends == sorted(ends)
                content = applied(report.sources[path], edits, "utf-8")
                assert len(lowered(path, content).faults) == 0, title
