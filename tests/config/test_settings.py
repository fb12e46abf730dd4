"""What settings may say and where they are found."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from lobegen.config import Settings
from lobegen.errors import LobegenError
from lobegen.model.findings import Severity

Read = Callable[..., Settings]

EVERYTHING = """
select = ["core", "nested-step"]
ignore = ["unnamed-step"]
profiles = ["core", "guide"]
exclude = ["legacy/**", "!dist"]
fail-on = "error"
include-tests = true
force-exclude = true
plan = "free"

[severities]
nested-step = "info"

[per-file-ignores]
"src/old/*.ts" = ["guide"]

[sdk]
typescript = "0.2"
python = "2.0.0"
"""


def test_everything_that_can_be_written_is_read(folder: Path, settings: Read) -> None:
    (folder / "lobegen.toml").write_text(EVERYTHING)
    assert settings() == Settings(
        file=folder / "lobegen.toml",
        base=folder,
        written=frozenset(tomllib.loads((folder / "lobegen.toml").read_text())),
        select=("core", "nested-step"),
        ignore=("unnamed-step",),
        profiles=("core", "guide"),
        per_file_ignores={"src/old/*.ts": ("guide",)},
        severities={"nested-step": Severity.INFO},
        exclude=("legacy/**", "!dist"),
        sdk={"typescript": "0.2", "python": "2.0.0"},
        fail_on="error",
        include_tests=True,
        force_exclude=True,
        plan="free",
    )


def test_nothing_written_gives_the_defaults(settings: Read) -> None:
    assert settings() == Settings()


def test_the_nearest_file_wins_and_nothing_is_merged(folder: Path, settings: Read) -> None:
    (folder / "a" / "b").mkdir(parents=True)
    (folder / "pyproject.toml").write_text('[tool.lobegen]\nignore = ["nested-step"]\n')
    (folder / "a" / "lobegen.toml").write_text('select = ["ALL"]\n')
    assert (settings("a/b").select, settings("a/b").ignore) == (("ALL",), ())
    assert settings().ignore == ("nested-step",)


def test_a_pyproject_without_our_table_is_passed_over(folder: Path, settings: Read) -> None:
    (folder / "a").mkdir()
    (folder / "lobegen.toml").write_text('fail-on = "error"')
    (folder / "a" / "pyproject.toml").write_text('[project]\ndependencies = ["lobegen"]\n')
    assert settings("a").fail_on == "error"


def test_a_broken_pyproject_that_does_not_name_us_does_not_concern_us(folder: Path, settings: Read) -> None:
    (folder / "pyproject.toml").write_text("[tool.other\n")
    assert settings() == Settings()


def test_lobegen_toml_wins_over_pyproject_beside_it(folder: Path, settings: Read) -> None:
    (folder / "pyproject.toml").write_text('[tool.lobegen]\nfail-on = "error"\n')
    (folder / "lobegen.toml").write_text('fail-on = "never"\n')
    assert settings().fail_on == "never"


def test_an_explicit_file_holds_everywhere(folder: Path, settings: Read) -> None:
    (folder / "lobegen.toml").write_text('fail-on = "never"\n')
    (folder / "ci.toml").write_text('fail-on = "error"\n')
    assert settings(explicit="ci.toml").fail_on == "error"


BAD = {
    "unknown key": ('ignroe = ["nested-step"]', 'lobegen.toml: ignroe: is no setting. Did you mean "ignore"?'),
    "underscores": ("per_file_ignores = {}", 'per_file_ignores: is no setting. Did you mean "per-file-ignores"?'),
    "table in own file": ('[tool.lobegen]\nselect = ["ALL"]', "In this file settings stand at the top, without"),
    "no setting at all": ("zzz = 1", "lobegen.toml: zzz: is no setting. Use one of: select, ignore, profiles"),
    "text for list": ('select = "nested-step"', "lobegen.toml: select: must be a list, not text."),
    "number in list": ("ignore = [3]", "lobegen.toml: ignore: must be text, not a number."),
    "text for boolean": ('include-tests = "yes"', "lobegen.toml: include-tests: must be true or false, not text."),
    "list for table": ("severities = []", "lobegen.toml: severities: must be a table, not a list."),
    "date": ("fail-on = 2026-01-01", "lobegen.toml: fail-on: must be text, not a date."),
    "unknown rule": ('select = ["nested-steps"]', '"nested-steps" is no rule and no profile. Did you mean'),
    "wrong case": ('select = ["all"]', 'Did you mean "ALL"?'),
    "far from any": ('ignore = ["E501"]', 'ignore: "E501" is no rule and no profile.'),
    "unknown profile": ('profiles = ["layer"]', 'profiles: "layer" is no profile. Did you mean "layers"?'),
    "unknown severity": ('severities.nested-step = "warn"', '"warn" is no severity. Did you mean "warning"?'),
    "severity off": ('severities.nested-step = "off"', 'To turn a rule off, list it under "ignore".'),
    "severity of no rule": ('severities.nestedstep = "info"', 'severities.nestedstep: "nestedstep" is no rule. Did'),
    "unknown threshold": ('fail-on = "errors"', 'fail-on: "errors" is no threshold. Did you mean "error"?'),
    "unknown plan": ('plan = "freee"', 'lobegen.toml: plan: "freee" is no plan. Did you mean "free"?'),
    "unknown language": ('sdk.javascript = "1"', "lobegen.toml: sdk.javascript: is no language."),
    "version as number": ("sdk.typescript = 1", "lobegen.toml: sdk.typescript: must be text, not a number."),
    "no version": ('sdk.python = "latest"', 'sdk.python: "latest" is no version. Write it as "1" or "0.2.23".'),
    "per-file rule": ('per-file-ignores."a.ts" = ["x-y"]', 'lobegen.toml: per-file-ignores.a.ts: "x-y" is no rule'),
    "braces": ('exclude = ["a.{ts,js}"]', 'the pattern "a.{ts,js}" has braces, which are not expanded'),
    "bad range": ('exclude = ["[z-a].ts"]', 'lobegen.toml: exclude: the pattern "[z-a].ts" cannot be read'),
    "unclosed bracket": ('exclude = ["a["]', 'the pattern "a[" matches nothing'),
    "out of the folder": ('per-file-ignores."../x" = ["ALL"]', 'the pattern "../x" leads out of the folder'),
    "no TOML": ("select = [", "lobegen.toml: is not valid TOML:"),
    "twice": ("fail-on = 'error'\nfail-on = 'never'", "lobegen.toml: is not valid TOML:"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "said"), BAD.values(), ids=BAD.keys())
def test_what_cannot_be_is_said_with_file_key_and_remedy(folder: Path, settings: Read, content: str, said: str) -> None:
    (folder / "lobegen.toml").write_text(content)
    with pytest.raises(LobegenError) as raised:
        settings()
    assert said in str(raised.value)
    assert str(raised.value).startswith("lobegen.toml: ")
    assert "\n" not in str(raised.value)


def test_errors_in_pyproject_name_the_whole_key(folder: Path, settings: Read) -> None:
    (folder / "pyproject.toml").write_text("[tool.lobegen]\nselekt = []\n")
    with pytest.raises(
        LobegenError, match=r'^pyproject.toml: tool.lobegen.selekt: is no setting. Did you mean "select"\?'
    ):
        settings()


def test_bytes_that_are_no_text_are_said(folder: Path, settings: Read) -> None:
    (folder / "lobegen.toml").write_bytes(b"fail-on = '\xff'")
    with pytest.raises(LobegenError, match=r"^lobegen.toml: is not UTF-8 text"):
        settings()


def test_tool_lobegen_must_be_a_table(folder: Path, settings: Read) -> None:
    (folder / "pyproject.toml").write_text("tool.lobegen = 3\n")
    with pytest.raises(LobegenError, match="must be a table"):
        settings()


@pytest.mark.parametrize("name", ["nowhere.toml", "pyproject.toml"])
def test_an_explicit_file_must_exist_and_hold_settings(folder: Path, settings: Read, name: str) -> None:
    (folder / "pyproject.toml").write_text("[project]\n")
    with pytest.raises(LobegenError, match=name):
        settings(explicit=name)
