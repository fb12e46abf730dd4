"""The version of `@upstash/workflow` from lock files and package.json."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lobegen.read.typescript import needs, sdk_version

Project = Callable[[Mapping[str, str]], Path]
SDK = "@upstash/workflow"


def package(requested: str | None = None, name: str = "app", **more: object) -> str:
    """A package.json that asks for the SDK."""
    return json.dumps({"name": name, "dependencies": {SDK: requested} if requested else {}, **more})


def version(root: Path, file: str = "src/route.ts") -> tuple[str, str] | None:
    """Version and source for a file."""
    found = sdk_version(root / file, root)
    return (found.version, found.source) if found is not None else None


NPM = json.dumps({"lockfileVersion": 3, "packages": {f"node_modules/{SDK}": {"version": "1.3.3"}}})
NPM_1 = json.dumps({"lockfileVersion": 1, "dependencies": {SDK: {"version": "0.2.21"}}})
PNPM_9 = """lockfileVersion: '9.0'

catalogs:
  default:
    '@upstash/workflow':
      specifier: ^1.0.0
      version: 9.9.9

importers:

  .:
    dependencies:
      '@upstash/workflow':
        specifier: ^1.0.0
        version: 1.2.3(react@19.0.0)(zod@3.0.0)
      next:
        specifier: ^15
        version: 15.0.0

  apps/old:
    dependencies:
      '@upstash/workflow':
        specifier: ^0.2.0
        version: 0.2.14

packages:

  '@upstash/workflow@0.2.14':
    resolution: {integrity: sha512-x}
"""
PNPM_6 = """lockfileVersion: '6.0'

dependencies:
  '@upstash/workflow':
    specifier: ^0.2.0
    version: 0.2.7(react@18.2.0)
"""
PNPM_5_SAME = f"""lockfileVersion: 5.4

specifiers:
  '{SDK}': 0.2.7 || ^0.3.0

dependencies:
  '{SDK}': 0.3.1

packages:

  /{SDK}/0.2.7:
    dev: true

  /{SDK}/0.3.1:
    dev: false
"""
PNPM_5 = "lockfileVersion: 5.4\n\nspecifiers:\n  zod: ^3\n\ndependencies:\n  '@upstash/workflow': 0.1.5_react@18.2.0\n"
YARN_1 = f'"{SDK}@^0.2.0":\n  version "0.2.9"\n  resolved "x"\n\n"{SDK}@^1.0.0", "{SDK}@^1.1.0":\n  version "1.1.1"\n'
YARN_BERRY = f'"{SDK}@npm:^1.0.0":\n  version: 1.0.7\n  resolution: "{SDK}@npm:1.0.7"\n'
BUN = f"""{{ "lockfileVersion": 1, "workspaces": {{ "": {{ "name": "app", }}, }},
  "packages": {{ "{SDK}": ["{SDK}@1.4.0", "", {{}}, "sha"], }} }}"""

LOCKS = {
    "npm": ("package-lock.json", NPM, "1.3.3"),
    "npm 6": ("package-lock.json", NPM_1, "0.2.21"),
    "pnpm 9": ("pnpm-lock.yaml", PNPM_9, "1.2.3"),
    "pnpm 9, windows": ("pnpm-lock.yaml", PNPM_9.replace("\n", "\r\n"), "1.2.3"),
    "pnpm 8": ("pnpm-lock.yaml", PNPM_6, "0.2.7"),
    "pnpm 7": ("pnpm-lock.yaml", PNPM_5, "0.1.5"),
    "pnpm 7, asked for": ("pnpm-lock.yaml", PNPM_5_SAME, "0.3.1"),
    "yarn": ("yarn.lock", YARN_1, "1.1.1"),
    "yarn berry": ("yarn.lock", YARN_BERRY, "1.0.7"),
    "bun": ("bun.lock", BUN, "1.4.0"),
}


@pytest.mark.parametrize("kind", LOCKS)
def test_a_lock_file_says_the_version(kind: str, project: Project) -> None:
    file, text, expected = LOCKS[kind]
    assert version(project({"package.json": package("^1.0.0"), file: text})) == (expected, file)


@pytest.mark.parametrize("file", ["package-lock.json", "pnpm-lock.yaml", "yarn.lock", "bun.lock"])
@pytest.mark.parametrize("text", ["", "{", f"{SDK}", f'"{SDK}@^1.0.0":', "[[[", "\x00\xff"])
def test_an_unreadable_lock_file_is_as_none(file: str, text: str, project: Project) -> None:
    assert version(project({"package.json": package("^1.1.0"), file: text})) == ("1.1.0", "package.json")


def test_each_package_of_a_workspace_has_its_own(project: Project) -> None:
    root = project(
        {
            "pnpm-lock.yaml": PNPM_9,
            "package.json": package("^1.0.0"),
            "apps/old/package.json": package("^0.2.0", name="old"),
        }
    )
    assert version(root, "apps/old/src/a.ts") == ("0.2.14", "pnpm-lock.yaml")
    assert version(root, "src/a.ts") == ("1.2.3", "pnpm-lock.yaml")


def test_npm_nests_what_it_cannot_hoist(project: Project) -> None:
    packages = {f"node_modules/{SDK}": {"version": "0.2.23"}, f"web/node_modules/{SDK}": {"version": "1.3.3"}}
    files = {"package-lock.json": json.dumps({"packages": packages}), "package.json": package()}
    root = project({**files, "web/package.json": package("1"), "api/package.json": package("0.2")})
    assert [version(root, "web/a.ts"), version(root, "api/a.ts")] == [
        ("1.3.3", "package-lock.json"),
        ("0.2.23", "package-lock.json"),
    ]


RANGES = {
    "^0.2.23": "0.2.23",
    "~1.2": "1.2",
    "1.x": "1",
    ">=0.2.0 <1": "0.2.0",
    "v1.0.0": "1.0.0",
    "^0.2.0 || ^1.1.0": "1.1.0",
    "1.0.0-rc.3": "1.0.0-rc.3",
    "npm:@upstash/workflow@^1.2.0": "1.2.0",
    "latest": None,
    "*": None,
    "<2": None,
    "https://host.test/workflow.tgz": None,
}


@pytest.mark.parametrize(("requested", "expected"), RANGES.items())
def test_a_range_counts_from_its_lower_bound(requested: str, expected: str | None, project: Project) -> None:
    found = version(project({"package.json": package(requested)}))
    assert found == ((expected, "package.json") if expected is not None else None)


def test_an_alias_is_followed(project: Project) -> None:
    dependencies = {"workflow-sdk": f"npm:{SDK}@^1.2.0"}
    root = project({"package.json": json.dumps({"devDependencies": dependencies})})
    assert version(root) == ("1.2.0", "package.json")


CATALOG = """packages:
  - apps/*
catalog:
  zod: ^3
  '@upstash/workflow': ^1.2.0 # newest
catalogs:
  old:
    "@upstash/workflow": 0.2.3
"""


def test_pnpm_catalogs(project: Project) -> None:
    files = {"pnpm-workspace.yaml": CATALOG, "package.json": "{}", "a/package.json": package("catalog:")}
    root = project({**files, "b/package.json": package("catalog:old"), "c/package.json": package("catalog:no")})
    found = [version(root, f"{folder}/x.ts") for folder in "abc"]
    assert found == [("1.2.0", "pnpm-workspace.yaml"), ("0.2.3", "pnpm-workspace.yaml"), None]


WORKSPACE = {
    "npm": (
        "package-lock.json",
        json.dumps(
            {
                "lockfileVersion": 3,
                "packages": {
                    f"apps/old/node_modules/{SDK}": {"version": "0.2.23"},
                    f"node_modules/{SDK}": {"version": "1.3.3"},
                    "node_modules/old": {"resolved": "apps/old", "link": True},
                },
            }
        ),
    ),
    "pnpm": (
        "pnpm-lock.yaml",
        f"lockfileVersion: '9.0'\n\ncatalogs:\n  default:\n    '{SDK}':\n      specifier: ^1.0.0\n"
        "      version: 1.3.3\n\n"
        f"importers:\n\n  .: {{}}\n\n  apps/new:\n    dependencies:\n      '{SDK}':\n        specifier: 'catalog:'\n"
        f"        version: 1.3.3(zod@3.25.76)\n\n  apps/old:\n    dependencies:\n      '{SDK}':\n"
        "        specifier: ^0.2.0\n        version: 0.2.23(react@19.3.1)\n",
    ),
    "yarn": (
        "yarn.lock",
        f'# yarn lockfile v1\n\n\n"{SDK}@^0.2.0":\n  version "0.2.23"\n\n"{SDK}@^1.0.0":\n  version "1.3.3"\n',
    ),
    "yarn berry": (
        "yarn.lock",
        f'"{SDK}@npm:^0.2.0":\n  version: 0.2.23\n\n"{SDK}@npm:^1.0.0":\n  version: 1.3.3\n\n'
        f'"new@workspace:apps/new":\n  version: 0.0.0-use.local\n  dependencies:\n    "{SDK}": "catalog:"\n',
    ),
    "bun": (
        "bun.lock",
        f"""{{ "workspaces": {{ "apps/old": {{ "name": "old", "dependencies": {{ "{SDK}": "^0.2.0", }}, }} }},
        "packages": {{ "{SDK}": ["{SDK}@1.3.3", "", {{}}, ""], "old/{SDK}": ["{SDK}@0.2.23", "", {{}}, ""], }} }}""",
    ),
}


@pytest.mark.parametrize("kind", WORKSPACE)
@pytest.mark.parametrize("catalog", ["package.json", "pnpm-workspace.yaml", ".yarnrc.yml"])
def test_two_versions_in_one_workspace_by_the_lock_files_of_all(kind: str, catalog: str, project: Project) -> None:
    """As npm 11, pnpm 10, yarn 1 and 4 and bun 1.2 write them; one package asks for its version by a catalog."""
    file, text = WORKSPACE[kind]
    more = {"catalog": {SDK: "^1.0.0"}} if catalog == "package.json" else {}
    files = {"package.json": json.dumps({"workspaces": ["apps/*"], **more}), file: text}
    if catalog != "package.json":
        files[catalog] = f"catalog:\n  '{SDK}': ^1.0.0\n"
    files |= {"apps/old/package.json": package("^0.2.0", "old"), "apps/new/package.json": package("catalog:", "new")}
    root = project(files)
    assert [version(root, f"apps/{each}/x.ts") for each in ("old", "new")] == [("0.2.23", file), ("1.3.3", file)]


def test_a_lock_file_that_is_no_text_leaves_the_range(project: Project) -> None:
    root = project({"package.json": package("^1.2.0")})
    (root / "bun.lockb").write_bytes(b"#!/usr/bin/env bun\nbun-lockfile-format-v0\n\x02\x00" + SDK.encode() + b"\xff")
    assert version(root) == ("1.2.0", "package.json")


def test_bun_catalogs(project: Project) -> None:
    workspaces = {"packages": ["a"], "catalog": {SDK: "^1.2.0"}}
    root = project({"package.json": json.dumps({"workspaces": workspaces}), "a/package.json": package("catalog:")})
    assert version(root, "a/x.ts") == ("1.2.0", "package.json")


def test_a_workspace_package_that_brings_the_sdk_counts_for_those_that_use_it(project: Project) -> None:
    uses = json.dumps({"name": "app", "dependencies": {"@my/queue": "workspace:*"}})
    root = project(
        {
            "pnpm-workspace.yaml": "packages: [packages/*, app]",
            "app/package.json": uses,
            "packages/queue/package.json": package("^0.2.5", name="@my/queue"),
        }
    )
    assert version(root, "app/src/x.ts") == ("0.2.5", "packages/queue/package.json")


def test_the_sdk_as_a_workspace_package_says_its_own_version(project: Project) -> None:
    sdk = json.dumps({"name": SDK, "version": "v1.0.0"})
    root = project({"package.json": package("workspace:^", workspaces=["sdk"]), "sdk/package.json": sdk})
    assert version(root) == ("1.0.0", "sdk/package.json")


def test_nothing_is_known_where_nothing_is_said(project: Project) -> None:
    assert version(project({"package.json": package(), "src/route.ts": ""})) is None


def test_a_parent_above_the_root_is_not_asked(project: Project) -> None:
    root = project({"package.json": package("^1.0.0"), "inner/a.ts": ""})
    assert sdk_version(root / "inner" / "a.ts", root / "inner") is None


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        (b"import { serve } from '@upstash/workflow/nextjs'", True),
        (b"from '@upstash/qstash'", True),
        (b"upstash", False),
    ],
)
def test_needs_looks_for_the_packages(source: bytes, expected: bool) -> None:
    assert needs(source) is expected
