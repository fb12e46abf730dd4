"""Import specifiers to files: relative, aliases, workspace packages."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from lobegen.read.typescript import TypescriptResolver

Project = Callable[[Mapping[str, str]], Path]


def resolved(root: Path, start: str, specifier: str) -> str | None:
    """The file that a specifier means, relative to the root."""
    found = TypescriptResolver(root).resolve(root / start, specifier)
    return found.relative_to(root).as_posix() if found is not None else None


RELATIVE = {
    "./b": "src/b.ts",
    "./b.ts": "src/b.ts",
    "./b.js": "src/b.ts",
    "./c": "src/c.tsx",
    "./c.jsx": "src/c.tsx",
    "./d": "src/d/index.ts",
    "./d.service": "src/d.service.ts",
    "./e.js": "src/e.js",
    "./m.mjs": "src/m.mts",
    "../top": "top.ts",
    ".": "src/index.ts",
    "./B": None,
    "./missing": None,
    "./data.json": None,
    "../../outside": None,
    "/etc/passwd": None,
    "node:fs": None,
    "": None,
}


@pytest.mark.parametrize(("specifier", "expected"), RELATIVE.items())
def test_relative_specifiers(specifier: str, expected: str | None, project: Project) -> None:
    names = ["b.ts", "c.tsx", "d/index.ts", "d.service.ts", "e.js", "m.mts", "index.ts", "data.json"]
    root = project({**{f"root/src/{name}": "" for name in names}, "root/top.ts": "", "outside.ts": ""}) / "root"
    assert resolved(root, "src/a.ts", specifier) == expected


def test_a_source_file_is_preferred_to_what_was_compiled_from_it(project: Project) -> None:
    assert resolved(project({"a.ts": "", "b.ts": "", "b.js": ""}), "a.ts", "./b.js") == "b.ts"


def test_paths_are_tried_in_order_with_comments_and_trailing_commas(project: Project) -> None:
    config = """\ufeff{ // the cloud first
      "compilerOptions": { /* "paths": {} */
        "paths": { "@/*": ["./src/*", "./lobehub/src/*",], "~url": ["./src/u.ts"] }, }, }"""
    files = dict.fromkeys(["src/a.ts", "src/u.ts", "lobehub/src/a.ts", "lobehub/src/b.ts"], "")
    root = project({"tsconfig.json": config, **files})
    found = [resolved(root, "src/x/y.ts", each) for each in ("@/a", "@/b", "@/c", "~url")]
    assert found == ["src/a.ts", "lobehub/src/b.ts", None, "src/u.ts"]


def test_the_longest_prefix_wins_and_an_exact_name_before_all(project: Project) -> None:
    paths = {"@/*": ["./a/*"], "@/lib/*": ["./b/*"], "@/lib/x": ["./c/x.ts"], "*.gen": ["./d/*.ts"]}
    config = json.dumps({"compilerOptions": {"paths": paths}})
    root = project({"tsconfig.json": config, "a/lib/y.ts": "", "b/y.ts": "", "b/x.ts": "", "c/x.ts": "", "d/z.ts": ""})
    assert [resolved(root, "s.ts", each) for each in ("@/lib/y", "@/lib/x", "z.gen")] == ["b/y.ts", "c/x.ts", "d/z.ts"]


def test_base_url_is_where_paths_and_bare_names_start(project: Project) -> None:
    config = json.dumps({"compilerOptions": {"baseUrl": "./src", "paths": {"#x/*": ["lib/*"]}}})
    root = project({"tsconfig.json": config, "src/lib/a.ts": "", "src/server/b.ts": ""})
    assert [resolved(root, "c.ts", each) for each in ("#x/a", "server/b")] == ["src/lib/a.ts", "src/server/b.ts"]


def test_extends_inherits_paths_relative_to_where_they_are_written(project: Project) -> None:
    base = json.dumps({"compilerOptions": {"paths": {"@/*": ["./shared/*"], "$/*": ["${configDir}/own/*"]}}})
    files = {
        "base.json": base,
        "app/mid.json": '{"extends": "../base"}',
        "app/tsconfig.json": '{"extends": ["./mid.json"]}',
    }
    root = project({**files, "shared/a.ts": "", "app/own/b.ts": ""})
    assert [resolved(root, "app/x.ts", each) for each in ("@/a", "$/b")] == ["shared/a.ts", "app/own/b.ts"]


def test_a_configuration_that_extends_itself_ends(project: Project) -> None:
    root = project({"tsconfig.json": '{"extends": "./tsconfig.json"}', "a.ts": ""})
    assert resolved(root, "a.ts", "@/b") is None


def test_references_and_jsconfig_count_too(project: Project) -> None:
    app = json.dumps({"compilerOptions": {"paths": {"@/*": ["./src/*"]}}})
    files = {
        "a/tsconfig.json": '{"files": [], "references": [{"path": "./tsconfig.app.json"}]}',
        "a/tsconfig.app.json": app,
    }
    root = project({**files, "a/src/x.ts": "", "b/jsconfig.json": app, "b/src/y.js": ""})
    assert [resolved(root, "a/z.ts", "@/x"), resolved(root, "b/z.js", "@/y")] == ["a/src/x.ts", "b/src/y.js"]


def test_a_broken_configuration_is_as_none(project: Project) -> None:
    root = project({"tsconfig.json": "{ nonsense", "package.json": "[1]", "a.ts": ""})
    assert resolved(root, "b.ts", "@/a") is None


def package(name: str, **more: object) -> str:
    """A package.json."""
    return json.dumps({"name": name, **more})


WORKSPACES = {
    "pnpm": {
        "pnpm-workspace.yaml": "packages:\n  # all\n  - 'packages/*'\n  - \"!packages/old\"\n",
        "package.json": "{}",
    },
    "pnpm, inline": {"pnpm-workspace.yaml": "packages: ['packages/*', '!packages/old']\n"},
    "pnpm, deep": {"pnpm-workspace.yaml": "packages:\n- packages/**\n- '!**/old'\n"},
    "npm": {"package.json": package("root", workspaces=["packages/*", "!packages/old"])},
    "yarn": {"package.json": package("root", workspaces={"packages": ["packages/{one,two}"]})},
}


@pytest.mark.parametrize("kind", WORKSPACES)
def test_workspace_packages(kind: str, project: Project) -> None:
    root = project(
        {
            **WORKSPACES[kind],
            "packages/one/package.json": package("@s/one", main="./src/index.ts"),
            "packages/one/src/index.ts": "",
            "packages/two/package.json": package("two"),
            "packages/two/src/util.ts": "",
            "packages/old/package.json": package("old", main="./index.ts"),
            "packages/old/index.ts": "",
            "app/a.ts": "",
        }
    )
    found = [resolved(root, "app/a.ts", each) for each in ("@s/one", "two/util", "old", "react")]
    assert found == ["packages/one/src/index.ts", "packages/two/src/util.ts", None, None]


ENTRIES: dict[str, tuple[dict[str, object], str, str | None]] = {
    "exports, plain": ({"exports": "./lib/main.ts"}, "p", "p/lib/main.ts"),
    "exports, conditions": ({"exports": {".": {"types": "./t.ts", "default": "./lib/main.ts"}}}, "p", "p/t.ts"),
    "exports, subpath": ({"exports": {"./x": "./lib/main.ts"}}, "p/x", "p/lib/main.ts"),
    "exports, pattern": ({"exports": {"./*": "./lib/*.ts"}}, "p/main", "p/lib/main.ts"),
    "exports, not built yet": ({"exports": {".": {"import": "./dist/deep/z.mjs"}}}, "p", "p/src/deep/z.ts"),
    "types": ({"types": "./dist/deep/z.d.ts", "main": "./dist/no.js"}, "p", "p/src/deep/z.ts"),
    "nothing said": ({}, "p", "p/src/index.ts"),
    "nothing said of a subpath": ({}, "p/lib/main", "p/lib/main.ts"),
    "unknown subpath": ({}, "p/no", None),
    "out of the package": ({"main": "../../../etc/passwd"}, "p", "p/src/index.ts"),
}


@pytest.mark.parametrize("case", ENTRIES)
def test_entry_points_of_a_package(case: str, project: Project) -> None:
    fields, specifier, expected = ENTRIES[case]
    files = dict.fromkeys(["p/lib/main.ts", "p/t.ts", "p/src/deep/z.ts", "p/src/index.ts", "a.ts"], "")
    root = project({**files, "package.json": package("r", workspaces=["p"]), "p/package.json": package("p", **fields)})
    assert resolved(root, "a.ts", specifier) == expected


def test_hash_imports_of_the_nearest_package(project: Project) -> None:
    imports = {"#db": {"default": "./src/db.js"}, "#lib/*": "./src/lib/*.ts"}
    root = project({"package.json": package("r", imports=imports), "src/db.ts": "", "src/lib/a.ts": ""})
    assert [resolved(root, "src/x.ts", each) for each in ("#db", "#lib/a", "#no")] == [
        "src/db.ts",
        "src/lib/a.ts",
        None,
    ]


def test_linked_dependencies_and_a_package_by_its_own_name(project: Project) -> None:
    dependencies = {"linked": "file:./vendor/linked", "away": "file:../away"}
    root = project(
        {
            "r/package.json": package("self", dependencies=dependencies, main="./main.ts"),
            "r/main.ts": "",
            "r/vendor/linked/index.ts": "",
            "away/index.ts": "",
        }
    )
    found = [resolved(root / "r", "a.ts", each) for each in ("linked", "self", "away")]
    assert found == ["vendor/linked/index.ts", "main.ts", None]


def test_a_path_from_the_root_reaches_a_submodule(project: Project) -> None:
    """lobehub-cloud: `export { POST } from 'lobehub/src/app/...'` (facts: cloud)."""
    root = project({"package.json": package("cloud"), "lobehub/src/app/(backend)/x/route.ts": "", "src/a.ts": ""})
    expected = "lobehub/src/app/(backend)/x/route.ts"
    assert resolved(root, "src/a.ts", "lobehub/src/app/(backend)/x/route") == expected


def test_node_modules_and_links_out_of_the_root_are_not_entered(project: Project) -> None:
    root = project({"r/node_modules/x/index.ts": "", "r/a.ts": "", "out/y.ts": ""}) / "r"
    (root / "link").symlink_to(root.parent / "out")
    found = [resolved(root, "a.ts", each) for each in ("x", "./node_modules/x", "./link/y")]
    assert found == [None, None, None]


def test_answers_are_remembered(project: Project) -> None:
    root = project({"a.ts": "", "b.ts": ""})
    resolver = TypescriptResolver(root)
    first = resolver.resolve(root / "a.ts", "./b")
    (root / "b.ts").unlink()
    assert resolver.resolve(root / "a.ts", "./b") == first == root / "b.ts"
