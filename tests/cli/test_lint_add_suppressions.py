"""`--add-suppressions --reason TEXT`: comments that allow what is found, and nothing else in the files changes."""

from pathlib import Path

import pytest
from cli_helpers import UNNAMED, Run

ADD = ("lint", "--add-suppressions", "--reason", "known, see ABC-1")
NOTE = "lobegen: allow unnamed-step (known, see ABC-1)"
TYPESCRIPT = UNNAMED.encode()
PYTHON = b"""\
from fastapi import FastAPI
from upstash_workflow.fastapi import Serve

serve = Serve(FastAPI())


@serve.post("/greet")
async def greet(context):
    await context.run("", work)
"""
#: name of the file, its content, where a line comes in or what takes the place of what
CASES: dict[str, tuple[str, bytes, bytes, bytes]] = {
    "a line of its own": ("a.ts", TYPESCRIPT, b"  await", f"  // {NOTE}\n  await".encode()),
    "in Python": ("a.py", PYTHON, b"    await", f"    # {NOTE}\n    await".encode()),
    "line ends and a byte order mark": (
        "a.py", b"\xef\xbb\xbf" + PYTHON.replace(b"\n", b"\r\n"), b"    await", f"    # {NOTE}\r\n    await".encode(),
    ),
    "another encoding": (
        "a.py", b"# coding: latin-1\n# caf\xe9\n" + PYTHON, b"    await", f"    # {NOTE}\n    await".encode(),
    ),
    "inside of a template": (
        "a.ts", TYPESCRIPT.replace(b"await context.run('', () => 1)", b"f(`\n${await context.run('', () => 1)}\n`)"),
        b"await context.run(''", f"await context.run(/* {NOTE} */ ''".encode(),
    ),
    "behind a string of several lines": (
        "a.py", PYTHON.replace(b'await context.run("", work)', b'f("""\n""", await context.run("", work))'),
        b"work))\n", f"work))  # {NOTE}\n".encode(),
    ),
    "before a comment that is for the next line": (
        "a.ts", TYPESCRIPT.replace(b"  await", b"  // eslint-disable-next-line x\n  await"),
        b"  // eslint", f"  // {NOTE}\n  // eslint".encode(),
    ),
    "into the comment that is there": (
        "a.ts", TYPESCRIPT.replace(b"  await", b"  // lobegen: allow nested-step (old)\n  await"),
        b"nested-step (old)", b"nested-step, unnamed-step (old; known, see ABC-1)",
    ),
    "into the comment at the line's end": (
        "a.py", PYTHON.replace(b"work)", b"work)  # type: ignore # lobegen: allow nested-step (old)"),
        b"nested-step (old)", b"nested-step, unnamed-step (old; known, see ABC-1)",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("name", "before", "old", "new"), CASES.values(), ids=CASES)
def test_a_comment_stands_where_it_can(
    folder: Path, lobegen: Run, name: str, before: bytes, old: bytes, new: bytes
) -> None:
    (folder / name).write_bytes(before)
    assert lobegen("lint", "--select", "unnamed-step").code == 1
    outcome = lobegen(*ADD, "--select", "unnamed-step")
    assert (outcome.code, outcome.out, outcome.err) == (0, "Allowed 1 finding in 1 file.\n", "")
    assert (folder / name).read_bytes() == before.replace(old, new)


def test_afterwards_nothing_is_found_and_the_second_time_nothing_changes(folder: Path, lobegen: Run) -> None:
    (folder / "a.ts").write_bytes(TYPESCRIPT.replace(b"});\n", b"  context.run('', () => 2);\n});\n", 1))
    (folder / "b.py").write_bytes(PYTHON)
    assert lobegen(*ADD).out == "Allowed 4 findings in 2 files.\n"
    assert b"// lobegen: allow unawaited-step, unnamed-step (known" in (folder / "a.ts").read_bytes()
    assert lobegen("lint").out.startswith("No findings in 2 endpoints")
    before = [path.read_bytes() for path in (folder / "a.ts", folder / "b.py")]
    assert lobegen(*ADD).out == "Allowed 0 findings in 0 files.\n"
    assert [path.read_bytes() for path in (folder / "a.ts", folder / "b.py")] == before


def test_what_no_comment_can_allow_is_said_and_left(folder: Path, lobegen: Run) -> None:
    (folder / "a.py").write_bytes(b"# coding: latin-1\n" + PYTHON.replace(b'run("", work)', b'run("", \\\n  work)'))
    before = (folder / "a.py").read_bytes()
    outcome = lobegen("lint", "--add-suppressions", "--reason", "naïve → later", "--select", "unnamed-step")
    assert (outcome.code, outcome.out) == (1, "Allowed 0 findings in 0 files.\n")
    assert outcome.err == "lobegen: warning: a.py:10: no comment can stand there that allows unnamed-step\n"
    assert (folder / "a.py").read_bytes() == before


def test_only_what_is_shown_is_allowed(folder: Path, lobegen: Run) -> None:
    for name in ("a.ts", "b.ts"):
        (folder / name).write_bytes(TYPESCRIPT)
    lobegen("lint", "b.ts", "--write-baseline", "known.json")
    assert lobegen(*ADD, "--baseline", "known.json").out == "Allowed 1 finding in 1 file.\n"
    assert (folder / "b.ts").read_bytes() == TYPESCRIPT


WRONG = {
    "no reason": ("--add-suppressions", "--add-suppressions: needs a reason. Give it with --reason TEXT."),
    "an empty one": ("--add-suppressions --reason=", "--add-suppressions: needs a reason."),
    "the end of a comment": ("--add-suppressions --reason a*/b", "--reason: must be one line without `*/`."),
    "a reason alone": ("--reason x", "--reason: goes with --add-suppressions only."),
    "with --fix": ("--add-suppressions --reason x --fix", "--add-suppressions: cannot be given with --fix."),
}


@pytest.mark.parametrize(("words", "said"), WRONG.values(), ids=WRONG)
def test_wrong_words_are_one_line_and_exit_2(folder: Path, lobegen: Run, words: str, said: str) -> None:
    (folder / "a.ts").write_bytes(TYPESCRIPT)
    outcome = lobegen("lint", *words.split())
    assert (outcome.code, outcome.out, outcome.err.count("\n")) == (2, "", 1)
    assert said in outcome.err
    assert (folder / "a.ts").read_bytes() == TYPESCRIPT
