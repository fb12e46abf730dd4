"""One run of the linter: what is read, what is shown, what is counted."""

from collections.abc import Callable
from pathlib import Path

import pytest
from lint_samples import UNNAMED, Lint

from lobegen.errors import LobegenError

Found = Callable[..., list[str]]
Write = Callable[[dict[str, str]], None]

HEAD = "import { serve } from '@upstash/workflow/nextjs';\n"


def test_all_of_the_current_folder_is_linted(write: Write, found: Found) -> None:
    write({"a.ts": UNNAMED, "deep/b.ts": UNNAMED})
    assert found() == ["a.ts:3 unnamed-step", "deep/b.ts:3 unnamed-step"]


def test_only_what_was_named_is_shown(write: Write, found: Found) -> None:
    write({"a.ts": UNNAMED, "deep/b.ts": UNNAMED, "deeper.ts": UNNAMED})
    assert found("deep", "a.ts") == ["a.ts:3 unnamed-step", "deep/b.ts:3 unnamed-step"]


def test_a_file_gives_alone_what_it_gives_in_its_tree(write: Write, lint: Lint) -> None:
    write({"helper.ts": "export const greet = async (c) => { await c.run('', () => 1); };\n"})
    write({"route.ts": f"import {{ greet }} from './helper';\n{HEAD}export const {{ POST }} = serve(greet);\n"})
    alone, tree = lint("helper.ts").findings, lint().findings
    assert [each.rule for each in alone] == ["unnamed-step"]
    assert alone == tuple(each for each in tree if each.span.path == "helper.ts")


def test_a_test_file_is_linted_when_it_is_named(write: Write, found: Found) -> None:
    write({"a.test.ts": UNNAMED})
    assert (found(), found("a.test.ts")) == ([], ["a.test.ts:3 unnamed-step"])


def test_ignored_files_are_linted_when_named_unless_excludes_are_forced(write: Write, found: Found) -> None:
    write({"dist/a.ts": UNNAMED})
    assert found("dist/a.ts") == ["dist/a.ts:3 unnamed-step"]
    assert found("dist/a.ts", force_exclude=True) == []


def test_standard_input_stands_in_for_a_file_that_need_not_exist(write: Write, folder: Path, found: Found) -> None:
    new = folder / "new.ts"
    assert found("new.ts", stdin=(new, UNNAMED.encode())) == ["new.ts:3 unnamed-step"]


def test_findings_are_in_order(write: Write, found: Found) -> None:
    twice = UNNAMED.replace("});\n", "  await context.run('', () => 2);\n});\n")
    write({"b.ts": twice, "a.ts": UNNAMED})
    assert found() == ["a.ts:3 unnamed-step", "b.ts:3 unnamed-step", "b.ts:4 unnamed-step"]


def test_per_file_ignores_hold_for_what_they_match(write: Write, found: Found) -> None:
    write({"old/a.ts": UNNAMED, "new/a.ts": UNNAMED, "lobegen.toml": '[per-file-ignores]\n"old/" = ["ALL"]\n'})
    assert found() == ["new/a.ts:3 unnamed-step"]


def test_each_file_has_the_settings_nearest_to_it(write: Write, found: Found) -> None:
    write({"a.ts": UNNAMED, "p/b.ts": UNNAMED, "p/lobegen.toml": 'ignore = ["unnamed-step"]'})
    assert found() == ["a.ts:3 unnamed-step"]


def test_a_nested_exclude_holds(write: Write, found: Found) -> None:
    write({"p/b.ts": UNNAMED, "p/c.ts": UNNAMED, "p/lobegen.toml": 'exclude = ["b.ts"]'})
    assert found() == ["p/c.ts:3 unnamed-step"]


def test_an_excluded_file_is_not_read(write: Write, lint: Lint) -> None:
    write({"a.ts": UNNAMED, "b.ts": UNNAMED, "lobegen.toml": 'exclude = ["b.ts"]'})
    report = lint()
    assert ([each.span.path for each in report.findings], report.counts.files) == (["a.ts"], 1)


def test_configured_severity_and_threshold_make_the_exit_code(write: Write, lint: Lint) -> None:
    write({"a.ts": UNNAMED, "lobegen.toml": 'fail-on = "error"\nseverities.unnamed-step = "warning"'})
    assert [lint(fail_on=level).exit_code for level in (None, "warning", "error", "never")] == [0, 1, 0, 0]


def test_notes_never_fail_a_run(write: Write, lint: Lint) -> None:
    write({"a.ts": UNNAMED, "lobegen.toml": 'severities.unnamed-step = "info"'})
    assert (len(lint().findings), lint(fail_on="warning").exit_code) == (1, 0)


def test_what_was_gone_over_is_counted(write: Write, lint: Lint) -> None:
    missing = f"{HEAD}import {{ handler }} from 'elsewhere';\nexport const {{ POST }} = serve(handler);\n"
    write({"a/route.ts": UNNAMED, "b/route.ts": missing, "c.ts": ""})
    counts = lint().counts
    assert (counts.files, counts.unresolved) == (3, 1)


def test_settings_can_say_which_sdk_holds(write: Write, lint: Lint) -> None:
    old = UNNAMED.replace("});\n", "}, { retries: 3 });\n")
    write({"a.ts": old})
    assert "removed-serve-option" in [each.rule for each in lint().findings]
    write({"lobegen.toml": 'sdk.typescript = "0.2"'})
    assert "removed-serve-option" not in [each.rule for each in lint().findings]


def test_a_folder_without_workflows_has_no_findings(write: Write, lint: Lint) -> None:
    write({"a.ts": "export const serve = () => 1;\n"})
    report = lint()
    assert (report.findings, report.counts.endpoints, report.exit_code) == ((), 0, 0)


@pytest.mark.parametrize("option", ["select", "extend_select", "ignore"])
def test_unknown_rules_are_named_with_the_nearest(lint: Lint, option: str) -> None:
    with pytest.raises(LobegenError, match=r'"unnamed-steps" is no rule and no profile\. Did you mean "unnamed-step"'):
        lint(**{option: ("unnamed-steps",)})


def test_source_that_no_parser_understands_ends_no_run(write: Write, found: Found) -> None:
    broken = "import { serve } from '@upstash/workflow/nextjs';\nexport const { POST } = serve(async (context) => {\n"
    write({"a.ts": broken, "b.ts": UNNAMED, "c.py": "import upstash_workflow\ndef x(:\n"})
    assert "b.ts:3 unnamed-step" in found()
    assert "c.py:2 syntax-error" in found()


def test_an_overlay_stands_in_for_many_files_also_for_those_not_yet_on_disk(folder: Path, lint: Lint) -> None:
    overlay = {folder / "route.ts": UNNAMED.encode(), folder / "new.ts": UNNAMED.encode()}
    (folder / "route.ts").write_text("")
    report = lint("route.ts", "new.ts", overlay=overlay)
    assert [each.span.path for each in report.findings if each.rule == "unnamed-step"] == ["new.ts", "route.ts"]
