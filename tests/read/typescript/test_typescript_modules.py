"""Imports and exports of TypeScript and JavaScript files."""

from collections.abc import Callable

import pytest

from lobegen.read.syntax import Module

Lower = Callable[[str], Module]
Shown = Callable[[object], str]

IMPORTS = {
    "import a, { type B, c as d } from 'm'": {
        "a": ("m", "default", False),
        "B": ("m", "B", True),
        "d": ("m", "c", False),
    },
    "import * as a from 'm'": {"a": ("m", "*", False)},
    "import type { A } from 'm'": {"A": ("m", "A", True)},
    "import type A from 'm'": {"A": ("m", "default", True)},
    "import { default as a, 'x y' as b } from 'm'": {"a": ("m", "default", False), "b": ("m", "x y", False)},
    "import json from './a.json' with { type: 'json' }": {"json": ("./a.json", "default", False)},
    "import defer * as a from 'm'": {"a": ("m", "*", False)},
    "import a = require('m')": {"a": ("m", "*", False)},
    "import 'm'": {},
    "const { a, b: c } = require('m')": {"a": ("m", "a", False), "c": ("m", "b", False)},
    "const a = require('m')": {"a": ("m", "*", False)},
    "const a = require('m').b": {"a": ("m", "b", False)},
    "const need = createRequire(import.meta.url); const { a } = need('m')": {"a": ("m", "a", False)},
    "const { a } = createRequire(import.meta.url)('m')": {"a": ("m", "a", False)},
    "const { a } = await import('m')": {"a": ("m", "a", False)},
    "const a = (await import('m')).default": {"a": ("m", "default", False)},
    "async function f() { const { a } = await import('m') }": {"a": ("m", "a", False)},
    "const { a = 1 } = require('m')": {},
    "const a = import('m')": {},
    "const a = require(name)": {},
}


@pytest.mark.parametrize(("source", "expected"), IMPORTS.items())
def test_imports(source: str, expected: dict[str, tuple[str, str, bool]], module: Lower) -> None:
    found = {key: (each.specifier, each.name, each.type_only) for key, each in module(source).imports.items()}
    assert found == expected
    assert all(key == each.local for key, each in module(source).imports.items())


def test_a_dynamic_import_inside_a_function_still_awaits(module: Lower, shown: Shown) -> None:
    body = shown(module("async function f() { const { a } = await import('m') }").body)
    assert "[Evaluate(Await(Call(Name('import'), [Argument(Constant('m'))])))]" in body


def test_the_same_name_from_two_modules_stays_a_variable_the_second_time(module: Lower, shown: Shown) -> None:
    lowered = module("import { a } from 'm'; async function f() { const { a } = await import('n') }")
    assert lowered.imports["a"].specifier == "m"
    assert "Assign(ObjectPattern([['a', Binding('a')]])" in shown(lowered.body)


EXPORTS = {
    "export const { POST, a: b } = serve(f)": {"POST": ("POST", None), "b": ("b", None)},
    "export const a = 1, b = 2": {"a": ("a", None), "b": ("b", None)},
    "export function a() {}": {"a": ("a", None)},
    "export class A {}": {"A": ("A", None)},
    "export enum A { B }": {"A": ("A", None)},
    "export type A = string": {"A": ("A", None)},
    "export interface A {}": {"A": ("A", None)},
    "export { a as b, type c, d as default }": {"b": ("a", None), "c": ("c", None), "default": ("d", None)},
    "export { a as b } from 'm'": {"b": ("a", "m")},
    "export { default } from 'm'": {"default": ("default", "m")},
    "export * as a from 'm'": {"a": ("*", "m")},
    "export default serve(f)": {"default": ("default", None)},
    "export default async function handler() {}": {"default": ("handler", None)},
    "export default function () {}": {"default": ("default", None)},
    "export = a": {"default": ("default", None)},
    "exports.a = b": {"a": ("b", None)},
    "module.exports = { a }": {"default": ("default", None)},
}


@pytest.mark.parametrize(("source", "expected"), EXPORTS.items())
def test_exports(source: str, expected: dict[str, tuple[str, str | None]], module: Lower) -> None:
    found = module(source).exports
    assert {key: (each.local, each.specifier) for key, each in found.items()} == expected


def test_star_exports_are_listed_by_specifier(module: Lower) -> None:
    lowered = module("export * from 'a'; export type * from 'b';")
    assert (lowered.star_exports, lowered.exports, lowered.faults) == (("a", "b"), {}, ())


DEFAULTS = {
    "export default a": "Assign(Binding('default'), Name('a'), kind='const')",
    "export default async () => {}": "Assign(Binding('default'), Function('', [], [], True), kind='const')",
    "export default class {}": "Define('default', Class('default', [], []))",
    "export default function f() {}": "Define('f', Function('f', [], [], False))",
}


@pytest.mark.parametrize(("source", "expected"), DEFAULTS.items())
def test_default_exports_are_statements(source: str, expected: str, module: Lower, shown: Shown) -> None:
    assert shown(module(source).body) == f"[{expected}]"
