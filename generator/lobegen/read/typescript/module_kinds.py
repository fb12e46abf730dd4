"""How a file is loaded: as an ES module or as CommonJS; not known where a bundler or a newer Node may decide."""

import os
from typing import Literal

from lobegen.read.typescript.documents import mapping
from lobegen.read.typescript.files import Files
from lobegen.read.typescript.tsconfig import Configurations
from lobegen.read.typescript.workspaces import Workspaces

ModuleKind = Literal["module", "commonjs"]

_BY_SUFFIX: dict[str, ModuleKind] = {".mjs": "module", ".mts": "module", ".cjs": "commonjs", ".cts": "commonjs"}
_COMMONJS = {"commonjs", "node16", "node18", "node20", "nodenext"}
#: packages that bundle, or run TypeScript as they please, whatever tsconfig.json says
_BUNDLERS = {
    "next", "vite", "esbuild", "tsup", "tsdown", "webpack", "rollup", "parcel", "wrangler", "nuxt", "nitropack",
    "astro", "@sveltejs/kit", "@remix-run/dev", "@react-router/dev", "@solidjs/start", "@tanstack/react-start",
    "@vercel/ncc", "@rspack/core", "rolldown", "bun", "bun-types", "@types/bun", "@cloudflare/workers-types",
    "pkgroll", "unbuild", "@swc/core", "@babel/core", "microbundle", "expo", "serverless-esbuild", "aws-cdk-lib",
    "sst",
}  # fmt: skip
_FIELDS = ("dependencies", "devDependencies")


def module_kind(path: str, files: Files, workspaces: Workspaces, configurations: Configurations) -> ModuleKind | None:
    """How Node loads a file, as it is or compiled; `path` is absolute."""
    folder, suffix = os.path.dirname(path), os.path.splitext(path)[1]
    if suffix in _BY_SUFFIX:
        return _BY_SUFFIX[suffix]
    package = workspaces.nearest(folder)
    is_module = package is not None and workspaces.package(package).get("type") == "module"
    if suffix in (".js", ".jsx"):
        return "module" if is_module else None
    near = configurations.near(folder)
    compiled = near[0].module if near else ""
    if is_module:
        return None if compiled == "commonjs" else "module"
    if compiled not in _COMMONJS or any(_bundles(workspaces.package(each)) for each in files.upwards(folder)):
        return None
    return "commonjs"


def _bundles(package: dict[str, object]) -> bool:
    """Whether a package.json names a bundler."""
    return any(not _BUNDLERS.isdisjoint(mapping(package.get(field))) for field in _FIELDS)
