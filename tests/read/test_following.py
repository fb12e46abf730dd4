"""How code is followed: helpers, classes, wrappers, functions handed over."""

import pytest
from project_sources import PYTHON, SERVE, Read, names, only, python, typescript

from lobegen.model.body import Loop
from lobegen.model.walk import steps, walk


def test_helpers_that_get_the_context_are_expanded_with_their_chain(read: Read) -> None:
    project = read(
        {
            "a.ts": SERVE
            + "import { load } from '@/steps';\nserve(async (c) => { await first(c); await load({ c }); });\n"
            + "async function first(ctx) { await ctx.run('first', () => 1); }",
            "src/steps.ts": "export const load = async ({ c }) => c.run('load', () => 1);",
            "tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./src/*"]}}}',
        }
    )
    found = list(steps(only(project).body))
    assert [(step.name.literal, [site.name for site in step.chain]) for step in found] == [
        ("first", ["first"]),
        ("load", ["load"]),
    ]


def test_a_class_that_keeps_the_context_is_followed(read: Read) -> None:
    project = read(
        {
            "a.py": PYTHON
            + """
class Job:
    def __init__(self, context):
        self.context = context

    async def work(self):
        await self.context.run("work", lambda: 1)

@serve.post("/x")
async def x(context):
    await Job(context).work()
"""
        }
    )
    assert names(only(project)) == ["work"]


def test_what_gets_the_context_and_cannot_be_followed_is_said(read: Read) -> None:
    endpoint = only(
        read({"a.ts": SERVE + "import { helper } from 'elsewhere';\nserve(async (c) => { await helper(c); });"})
    )
    assert [each.hides_steps for each in endpoint.unresolved] == [True]


LATER = "async (ctx: any) => { await ctx.run('x', () => 1); }"


@pytest.mark.parametrize(
    ("body", "before"),
    [
        ("const ctx = context as any; await ctx.run('x', f);", ""),
        ("const { run } = context; await run('x', f);", ""),
        ("await context?.run('x', f);", ""),
        ("await context.run.call(context, 'x', f);", ""),
        ("await go(); async function go(ctx = context) { await ctx.run('x', f); }", ""),
        ("await tracer.startActiveSpan('n', async () => { await context.run('x', f); });", ""),
        ("await new Promise(async (done) => { await context.run('x', f); done(1); });", ""),
        ("await help.bind(null, context)();", f"const help = {LATER};"),
        ("await help.call(null, context);", f"const help = {LATER};"),
        ("await wrap(help)(context);", f"const help = {LATER};\nconst wrap = (fn) => (...args) => fn(...args);"),
        ("await wrap(wrap(help))(context);", f"const help = {LATER};\nconst wrap = (fn) => (c) => fn(c);"),
        (
            "await new D(context).go();",
            "class B { constructor(protected c) {} }\n"
            "class D extends B { constructor(c) { super(c); } go() { return this.c.run('x', f); } }",
        ),
        (
            "await new D(context).go();",
            "class B { constructor(protected c) {} go() { return this.c.run('x', f); } }\n"
            "class D extends B { go() { return super.go(); } }",
        ),
        (
            "await new S(() => context).go();",
            "class S { constructor(private get) {} go() { return this.get().run('x', f); } }",
        ),
        (
            "await new S(context).go();",
            "class S { #c; constructor(c) { this.#c = c; } set ctx(c) {} get ctx() { return this.#c; }"
            " go() { return this.ctx.run('x', f); } }",
        ),
    ],
)
def test_steps_are_found_however_the_context_travels(read: Read, body: str, before: str) -> None:
    endpoint = only(read(typescript(body, before)))
    assert (names(endpoint), endpoint.unresolved) == (["x"], ())


@pytest.mark.parametrize(
    ("body", "before"),
    [
        (
            "await help(context, name='x')",
            "async def inner(c, *, name):\n    await c.run(name, f)\n\n"
            "async def help(*args, **kwargs):\n    await inner(*args, **kwargs)\n",
        ),
        (
            "await partial(help, context, name='x')()",
            "from functools import partial\n\nasync def help(c, name):\n    await c.run(name, f)\n",
        ),
        (
            "await Job(context).go()",
            "class Base:\n    def __init__(self, c):\n        self.c = c\n\n"
            "class Job(Base):\n    def __init__(self, c):\n        super().__init__(c)\n\n"
            "    async def go(self):\n        await self.c.run('x', f)\n",
        ),
        (
            "await context.run(Names.X.value, f)",
            "from enum import Enum\n\nclass Names(Enum):\n    X = 'x'\n",
        ),
    ],
    ids=["spread", "partial", "super", "enum-value"],
)
def test_python_helpers_are_followed_through(read: Read, body: str, before: str) -> None:
    endpoint = only(read(python(body, before)))
    assert (names(endpoint), endpoint.unresolved) == (["x"], ())


def test_a_decorator_of_the_project_is_part_of_the_handler(read: Read) -> None:
    inner = "    async def inner(c):\n        await c.run('first', g)\n        await f(c)\n"
    checked = f"def checked(f):\n{inner}    return inner\n"
    handler = "@serve.post('/x')\n@checked\nasync def x(c: AsyncWorkflowContext[dict]):\n    await c.run('x', g)\n"
    endpoint = only(read({"a.py": PYTHON + checked + handler}))
    assert (names(endpoint), endpoint.payload.type_name) == (["first", "x"], "dict")


@pytest.mark.parametrize(
    "body",
    [
        "await createX({ fetch: async () => context.call('x', { url }) }).go();",
        "await new Agent({ fetch: async () => context.call('x', { url }) }).go();",
        "const step = context.run.bind(context, 'x'); await step(f);",
        "await context.agents.task({ prompt: 'x' }).run();",
        "current = context; await help();",
    ],
)
def test_steps_that_may_hide_are_said(read: Read, body: str) -> None:
    endpoint = only(read(typescript(body, "let current;\nconst help = () => current.run('x', f);")))
    assert (names(endpoint), [each.hides_steps for each in endpoint.unresolved][:1]) == ([], [True])


def test_what_a_library_calls_later_makes_no_steps_here(read: Read) -> None:
    endpoint = only(read(typescript("db.find({ where: (t) => eq(t.id, 1) }); await context.run('x', f);")))
    assert endpoint.unresolved == ()


@pytest.mark.parametrize(
    "functions",
    [
        "[() => context.run('a', f), () => context.run('b', f)]",
        "Object.values({ one: () => context.run('a', f), two: () => context.run('b', f) })",
    ],
)
def test_each_function_of_a_list_is_followed_once(read: Read, functions: str) -> None:
    body = f"const all = {functions}; for (const one of all) await one();"
    endpoint = only(read(typescript(body)))
    loops = [node for node in walk(endpoint.body) if isinstance(node, Loop)]
    assert (names(endpoint), [loop.at_most for loop in loops]) == (["a", "b"], [1, 1])


def test_a_shadowed_context_is_another_one(read: Read) -> None:
    body = "ids.map((context) => context.run('y', f)); await context.run('x', f);"
    assert names(only(read(typescript(body)))) == ["x"]


def test_a_factory_of_another_module_that_is_given_the_sdk_is_read(read: Read) -> None:
    padding = "// what a large module has besides\n" * 200
    host = "import * as W from '@upstash/workflow';\nimport { make } from './made';\nW.serve(make({ W }).greet[0]);"
    made = "export const make = ({ W }) => ({ greet: [async (context) => { await context.run('x', f); }] });\n"
    assert names(only(read({"host.ts": host, "made.ts": made + padding}))) == ["x"]


def test_a_star_import_brings_a_handler(read: Read) -> None:
    handlers = "async def greet(context):\n    await context.run('x', len)\n"
    files = {"handlers.py": handlers, "a.py": PYTHON + "from handlers import *\nserve.post('/x')(greet)\n"}
    assert names(only(read(files))) == ["x"]
