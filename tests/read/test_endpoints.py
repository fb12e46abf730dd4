"""How endpoints are found and what they offer: serving, options, payload."""

import pytest
from project_sources import PYTHON, SERVE, Read, names, only, typescript


@pytest.mark.parametrize(
    ("files", "served_by"),
    [
        ({"a.ts": SERVE + "export const { POST } = serve(async (c) => { await c.run('x', () => 1); });"}, "serve"),
        ({"a.ts": SERVE + "const handler = async (c) => { await c.run('x', () => 1); };\nserve(handler);"}, "serve"),
        (
            {
                "a.ts": SERVE + "import { handler } from './b';\nexport const { POST } = serve(handler, {});",
                "b.ts": "export async function handler(ctx) { await ctx.run('x', () => 1); }",
            },
            "serve",
        ),
        (
            {
                "lib.ts": SERVE + "export const wrapped = (fn, options) => serve(trace(fn), { ...options });",
                "a.ts": "import { wrapped } from './lib';\nwrapped(async (c) => { await c.run('x', () => 1); });",
            },
            "serve",
        ),
        (
            {
                "a.ts": "import { createWorkflow, serveMany } from '@upstash/workflow/hono';\n"
                "const one = createWorkflow(async (c) => { await c.run('x', () => 1); });\n"
                "app.post('/many/*', serveMany({ one }));"
            },
            "serveMany",
        ),
        (
            {"a.py": PYTHON + "@serve.post('/x')\nasync def x(context):\n    await context.run('x', lambda: 1)\n"},
            "post",
        ),
        ({"a.py": PYTHON + "async def f(c):\n    await c.run('x', lambda: 1)\n\nserve.post('/x')(f)\n"}, "post"),
        (
            {
                "shared.py": PYTHON + "def layer(path):\n    return serve.post(path)\n",
                "a.py": "from shared import layer\n\n@layer('/x')\nasync def x(c):\n    await c.run('x', lambda: 1)\n",
            },
            "post",
        ),
    ],
    ids=["inline", "named", "imported", "wrapper", "serve-many", "decorator", "called-decorator", "own-decorator"],
)
def test_a_handler_is_found_however_it_is_served(read: Read, files: dict[str, str], served_by: str) -> None:
    endpoint = only(read(files))
    assert (endpoint.served_by, names(endpoint)) == (served_by, ["x"])


@pytest.mark.parametrize(
    ("source", "places"),
    [
        ("function routes(app) {\n  app.post('/x', serve(x));\n}\nroutes(new Hono());", {("/x", 5)}),
        ("async function main() {\n  new Hono().post('/x', serve(x));\n}\nmain().catch(tell);", {("/x", 5)}),
        ("const make = (h) => serve(h);\nfunction main() {\n  app.post('/x', make(x));\n}\nmain();", {("/x", 6)}),
        ("function add(path) {\n  app.post(path, serve(x));\n}\nadd('/x');\nadd('/y');", {("/x", 7), ("/y", 8)}),
        ("function make() {\n  return serve(x);\n}\nexport const { POST } = make();", {("/", 7)}),
    ],
    ids=["routes", "main", "wrapped", "path", "made"],
)
def test_what_a_called_function_serves_is_one_endpoint(read: Read, source: str, places: set[tuple[str, int]]) -> None:
    head = "import { serve } from '@upstash/workflow/hono';\nimport { Hono } from 'hono';\n"
    project = read({"a.ts": f"{head}const x = async (c) => {{ await c.run('x', () => 1); }};\n{source}"})
    assert sorted((each.route or "/", each.span.line) for each in project.endpoints) == sorted(places)


@pytest.mark.parametrize(
    "source",
    [
        "import { serve } from '@hono/node-server';\nserve(async (c) => { await c.run('x', () => 1); });",
        "import { serve } from 'inngest/next'; // beside @upstash/workflow\nserve(async (c) => { await c.run('x'); });",
    ],
)
def test_other_libraries_have_serve_too(read: Read, source: str) -> None:
    assert read({"a.ts": source}).endpoints == ()


def test_python_flow_control_is_read_from_the_client(read: Read) -> None:
    project = read(
        {
            "a.py": PYTHON
            + """
from clients import LimitedClient

class Limit:
    key: str
    parallelism: int

@serve.post("/x", qstash_client=LimitedClient(Limit(key="demo.x", parallelism=3)))
async def x(context):
    await context.run("x", lambda: 1)
"""
        }
    )
    control = only(project).flow_control
    assert control is not None
    assert (control.key.literal, control.settings.items["parallelism"].value) == ("demo.x", 3)


def test_payload_fields_know_type_check_and_use(read: Read) -> None:
    source = """
    interface Payload { userId: string; dryRun?: boolean; ids: string[] }
    serve<Payload>(async (context) => {
      const { userId, dryRun, ids } = context.requestPayload ?? {};
      const first = await context.run('check', () => { if (!userId) throw new Error('userId'); return 1; });
      if (dryRun) return { first };
      await context.run('work', () => work(ids));
    });
    """
    fields = only(read({"a.ts": SERVE + source})).payload.fields
    assert (fields["userId"].required, fields["userId"].checked) == (True, True)
    assert (fields["dryRun"].required, fields["dryRun"].tested) == (False, True)
    assert (fields["ids"].plural, fields["ids"].checked, fields["ids"].used) == (True, False, True)


@pytest.mark.parametrize(
    "check",
    [
        "const payload = schema.parse(context.requestPayload);",
        "const payload = normalise(context.requestPayload ?? {});",
        "const payload = await context.run('parse', () => schema.parse(context.requestPayload));",
        "const payload = context.requestPayload; if (!payload) throw new Error('no payload');",
    ],
)
def test_a_parser_or_normaliser_validates_the_whole_payload(read: Read, check: str) -> None:
    source = f"serve(async (context) => {{ {check} await context.run('x', () => work(payload.id)); }});"
    assert only(read({"a.ts": SERVE + source})).payload.validated


def test_a_method_bound_to_its_object_is_a_handler(read: Read) -> None:
    source = "class C { mount() { return serve(this.run.bind(this)); } async run(c) { await c.run('x', f); } }"
    assert names(only(read({"a.ts": SERVE + source}))) == ["x"]


def test_and_before_a_step_tests_the_field(read: Read) -> None:
    fields = only(read(typescript("context.requestPayload.on && await context.run('x', f);"))).payload.fields
    assert fields["on"].tested
