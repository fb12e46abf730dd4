"""`lobegen rule`: documentation in the terminal."""

import json

import pytest

from lobegen.cli import main


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(["rule", *arguments])
    output = capsys.readouterr()
    return ended.value.code, output.out, output.err


def test_explains_a_rule(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = run(capsys, "nested-step")
    assert code == 0
    assert output.startswith("nested-step\n")
    for part in ("What it finds", "Why", "Severity: error. Profile: core.", "await context.run("):
        assert part in output


def test_lists_all_rules(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = run(capsys, "--all")
    assert code == 0
    assert any(line.startswith("swallowed-abort ") for line in output.splitlines())


def test_gives_a_rule_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    code, output, _ = run(capsys, "parallel-step-in-python", "--json")
    assert code == 0
    assert json.loads(output)["languages"] == ["python"]


def test_gives_all_rules_to_programs(capsys: pytest.CaptureFixture[str]) -> None:
    _, output, _ = run(capsys, "--all", "--json")
    facts = {each["name"]: each for each in json.loads(output)}
    assert facts["missing-dry-run"]["profile"] == "layers"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nestd-step"], "there is no rule `nestd-step`. Did you mean `nested-step`?"),
        (["xyzzy"], "there is no rule `xyzzy`. `lobegen rule --all` lists them."),
        ([], "name one rule, or give --all to list them. For example: lobegen rule nested-step."),
        (["nested-step", "--all"], "name one rule, or give --all to list them. For example: lobegen rule nested-step."),
    ],
)
def test_says_in_one_line_what_is_wrong(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    assert run(capsys, *arguments) == (2, "", f"lobegen: error: {message}\n")
