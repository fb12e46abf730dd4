"""Cases for rules from Markdown: code blocks whose comments say what must be found on their lines."""

import re
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lobegen.lint import LintOptions, lint_paths
from lobegen.model.findings import Severity
from lobegen.rules import all_rules

_FENCE = re.compile(r"^(\s*)```(\w*)( before)?\s*$")
_FILE = re.compile(r"^\s*(?:#|//) file: (\S+)\s*$")
_FIXED_FILE = re.compile(r"^\s*(?:#|//) (file|fixed):?(?: (\S+))?\s*$")
_MARKER = re.compile(r"\s*(?:#|//) (error|warning|info): \[([a-z-]+)\]$")
_SNIPPET = {"py": "app/snippet.py", "ts": "app/api/snippet/route.ts"}

#: path, line, severity, rule
Found = tuple[str, int, str, str]


@dataclass
class Case:
    """One project: its files without the markers, and what must be found in them.

    Files of blocks that are marked "before" (```ts before) were there in the commit that the project is compared with.
    """

    title: str
    line: int
    files: dict[str, str] = field(default_factory=dict)
    expected: list[Found] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)

    @property
    def language(self) -> str:
        return "python" if any(path.endswith(".py") for path in self.files) else "typescript"

    def add(self, path: str, lines: list[str]) -> None:
        plain = []
        for number, text in enumerate(lines, start=1):
            while marker := _MARKER.search(text):
                self.expected.append((path, number, marker[1], marker[2]))
                text = text[: marker.start()]
            plain.append(text)
        self.files[path] = "\n".join(plain) + "\n"

    def share(self, shared: "Case") -> None:
        """Take over the files of another case that are of this one's language; what it has itself stays."""
        language = self.language
        for path, text in shared.files.items():
            if path.endswith(".py") == (language == "python"):
                self.files.setdefault(path, text)

    def findings(self, folder: Path, rule: str) -> list[Found]:
        """What the linter says of it: all of the rule, and errors and warnings of others."""
        if self.before:
            _write(folder, self.before)
            _commit(folder)
        _write(folder, self.files)
        options = LintOptions(since="HEAD" if self.before else None, extend_select=_selected(rule))
        report = lint_paths([folder], root=folder, options=options)
        assert not report.failures, report.failures
        return [
            (str(Path(each.span.path).absolute().relative_to(folder)), each.span.line, each.severity.label, each.rule)
            for each in report.findings
            if each.rule == rule or each.severity > Severity.INFO
        ]


def _write(folder: Path, files: dict[str, str]) -> None:
    for path, content in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)


def _commit(folder: Path) -> None:
    """Commit all files, and take them away: what is not written again was deleted."""
    who = ("-c", "user.name=x", "-c", "user.email=x@x")
    for words in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "before"), ("rm", "-qr", ".")):
        subprocess.run(["git", *words], cwd=folder, check=True)


def _selected(rule: str) -> tuple[str, ...]:
    """A rule of the guide is off unless it is selected."""
    return tuple(each.name for each in all_rules() if each.name == rule and each.profile == "guide")


def cases(markdown: str) -> list[Case]:
    """The cases of a text: each block is a project; blocks of one section that name their files form one together.

    Files of a section whose title starts with "Shared" belong to every case of their language that follows.
    """
    found: list[Case] = []
    shared = Case("", 0)
    title, named, before = "", None, ""
    for line, language, lines in _parts(markdown):
        if language is None:
            title = lines[0].strip("# ")
            named = shared if title.startswith("Shared") else None
            continue
        language, was = language.removesuffix(" before"), language.endswith(" before")
        file = _FILE.match(lines[0]) if lines else None
        if file is None:
            assert language in _SNIPPET, f"line {line}: a block of {language} must name its file"
            if was:
                before = "\n".join(lines) + "\n"
                continue
            found.append(Case(title, line, before={_SNIPPET[language]: before} if before else {}))
            found[-1].add(_SNIPPET[language], lines)
            before = ""
            continue
        if named is None:
            named = Case(title, line)
            found.append(named)
        content = lines if language in _SNIPPET else lines[1:]
        if was:
            named.before[file[1]] = "\n".join(content) + "\n"
        else:
            named.add(file[1], content)
    for case in found:
        case.share(shared)
    return found


@dataclass
class FixCase:
    """One project before and after fixing, with unsafe fixes; files that do not change are not in `after`."""

    title: str
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)


def fix_cases(markdown: str) -> list[FixCase]:
    """The cases of a text: the blocks of a section are files; one that opens with `fixed: PATH` is how a file ends."""
    found: list[FixCase] = []
    for line, language, lines in _parts(markdown):
        if language is None:
            found.append(FixCase(lines[0].strip("# ")))
            continue
        head = _FIXED_FILE.match(lines[0])
        assert head or language in _SNIPPET, f"line {line}: a block of {language} must name its file"
        path = head[2] if head and head[2] else _SNIPPET[language]
        side = found[-1].after if head and head[1] == "fixed" else found[-1].before
        side[path] = "\n".join(lines[1:] if head else lines) + "\n"
    return [case for case in found if case.before]


def mismatches(markdown: str, rule: str, folder: Path) -> list[str]:
    """One line for each thing that was missed, or found and not expected."""
    problems = []
    for number, case in enumerate(cases(markdown)):
        expected, actual = Counter(case.expected), Counter(case.findings(folder / f"case{number}", rule))
        for word, difference in (("missed", expected - actual), ("not expected", actual - expected)):
            problems += [
                f"line {case.line} ({case.title}): {word}: {path}:{line} {severity} {name}"
                for path, line, severity, name in difference
            ]
    return problems


def _parts(markdown: str) -> Iterator[tuple[int, str | None, list[str]]]:
    """Headings (language None) and blocks with their line and language."""
    block: list[str] | None = None
    indent, language, start = "", "", 0
    for number, text in enumerate(markdown.splitlines(), start=1):
        fence = _FENCE.match(text)
        if block is None and fence:
            block, indent, language, start = [], fence[1], fence[2] + (fence[3] or ""), number
        elif block is not None and fence and fence[1] == indent:
            yield start, language, block
            block = None
        elif block is not None:
            block.append(text.removeprefix(indent))
        elif text.lstrip().startswith("##"):
            yield number, None, [text.strip()]
