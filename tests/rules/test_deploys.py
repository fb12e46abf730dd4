"""What incompatible-step-change says of a change is what becomes of runs in flight when it is deployed."""

import re
from pathlib import Path

import pytest
from deploys import python_host, runs_over_deploys, typescript_host
from markdown_cases import Case, cases

from lobegen.qstash.testing import LocalQStash

RULE = "incompatible-step-change"
MARKDOWN = (Path(__file__).parent / f"{RULE}.md").read_text()
#: changes that no run fails of: what they do is shown by a test of their own
LOST = 'await context.run("mail", () => mail());\n  await context.run("push"'


def comparable(language: str) -> list[Case]:
    """The cases of one file that needs no other package."""
    found = [case for case in cases(MARKDOWN) if case.language == language and len(case.files) == 1]
    return [
        case for case in found if [*case.files] == [*case.before] and not re.search("some.package", "".join(pair(case)))
    ]


def pair(case: Case) -> tuple[str, str]:
    return next(iter(case.before.values())), next(iter(case.files.values()))


def disagreements(found: list[Case], hurt: list[bool]) -> list[str]:
    """The cases in which an error is found and no run suffers, or the other way round."""
    wrong = []
    for case, suffers in zip(found, hurt, strict=True):
        error = any(level == "error" and rule == RULE for _, _, level, rule in case.expected)
        if error != suffers and LOST not in pair(case)[1]:
            wrong.append(f"line {case.line} ({case.title}): {'an error' if error else 'no error'}, runs end otherwise")
    return wrong


@pytest.mark.parametrize("line", ["1", "0.2"])
def test_typescript(line: str, tmp_path: Path) -> None:
    found = comparable("typescript")
    pairs = [pair(case) for case in found]
    with LocalQStash() as qstash, typescript_host(line, qstash, pairs, tmp_path) as url:
        runs = runs_over_deploys(qstash, url, pairs)
    assert len(found) > 20
    assert disagreements(found, [any(run.state != "RUN_SUCCESS" for run in each) for each in runs]) == []


def test_python() -> None:
    found = comparable("python")
    pairs = [pair(case) for case in found]
    with LocalQStash() as qstash, python_host(qstash, pairs) as url:
        runs = runs_over_deploys(qstash, url, pairs)
    assert len(found) > 15
    assert disagreements(found, [any(run.state != "RUN_SUCCESS" for run in each) for each in runs]) == []


def test_parallel_steps_that_run_one_after_the_other_now_lose_their_results(tmp_path: Path) -> None:
    steps = ('context.run("a", () => 1)', 'context.run("b", () => 2)')
    head = 'import { serve } from "@upstash/workflow/nextjs";\nexport const { POST } = serve(async (context) => {\n'
    old = f"{head}  return await Promise.all([{steps[0]}, {steps[1]}]);\n}});\n"
    new = f"{head}  return [await {steps[0]}, await {steps[1]}];\n}});\n"
    with LocalQStash() as qstash, typescript_host("1", qstash, [(old, new)], tmp_path) as url:
        runs = runs_over_deploys(qstash, url, [(old, new)])[0]
    assert "RUN_FAILED" not in {run.state for run in runs}
    assert [None, None] in [run.response for run in runs]
