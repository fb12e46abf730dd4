"""Fixes of examples that were changed at random: none fails, none is taken back, fixing twice is fixing once."""

from pathlib import Path
from random import Random

import pytest
from markdown_cases import cases, fix_cases

from lobegen.lint import LintOptions
from lobegen.lint.fixing import Fixed, fix_paths

HERE = Path(__file__).parent
PIECES = (*"(){}`\"',;", "await ", "=>", "\r\n", "...", "lambda: ", *"é日", "/*", "//", "# ")
OPTIONS = LintOptions(extend_select=("guide",))


def projects() -> list[dict[str, str]]:
    """The files of every example."""
    shown = [case.before for file in sorted((HERE / "fixes").glob("*.md")) for case in fix_cases(file.read_text())]
    return shown + [case.files for file in sorted(HERE.glob("*.md")) for case in cases(file.read_text())]


def spoilt(text: str, random: Random) -> str:
    """A text with a few pieces put in, cut out or copied."""
    for _ in range(random.choice((0, 1, 1, 2, 3))):
        place, kind = random.randrange(len(text) + 1), random.random()
        if kind < 0.4:
            text = text[:place] + random.choice(PIECES) + text[place:]
        elif kind < 0.7:
            text = text[:place] + text[place + random.randrange(1, 12) :]
        else:
            lines = text.split("\n")
            lines.insert(random.randrange(len(lines)), random.choice(lines))
            text = "\n".join(lines)
    return ("\ufeff" if random.random() < 0.2 else "") + (text.replace("\n", "\r\n") if random.random() < 0.2 else text)


def fixed(folder: Path) -> Fixed:
    outcome = fix_paths([folder], root=folder, options=OPTIONS, unsafe=True)
    assert outcome.report.failures == ()
    obstacles = [each.fix.obstacle for each in outcome.report.findings if each.fix]
    assert [obstacle for obstacle in obstacles if obstacle.startswith("lobegen failed")] == []
    assert [problem for problem in outcome.report.problems if "left out" in problem or "rounds" in problem] == []
    return outcome


@pytest.mark.parametrize("number", [40, pytest.param(1500, marks=pytest.mark.soak)])
def test_spoilt_code_is_fixed_or_left(number: int, tmp_path: Path) -> None:
    random = Random(number)
    known = projects()
    went = 0
    for turn in range(number):
        folder = tmp_path / str(turn)
        for path, content in random.choice(known).items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            text = spoilt(content, random) if path.endswith((".py", ".ts", ".tsx")) else content
            (folder / path).write_bytes(text.encode())
        outcome = fixed(folder)
        went += len(outcome.report.fixed)
        for file in outcome.files:
            file.path.write_bytes(file.after)
        assert fixed(folder).files == (), folder
    assert went > number // 4
