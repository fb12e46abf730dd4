"""How handlers are found and followed: wrappers, helpers, classes, imports, triggers, layers."""

from collections.abc import Callable

import pytest

from lobegen.model.body import Loop, Parallel, Trigger, Try
from lobegen.model.project import Endpoint, Layer, Project
from lobegen.model.values import Origin
from lobegen.model.walk import steps, walk

Read = Callable[[dict[str, str]], Project]

SERVE = "import { serve } from '@upstash/workflow/nextjs';\n"
PYTHON = """\
from fastapi import FastAPI
from upstash_workflow import AsyncWorkflowContext
from upstash_workflow.fastapi import Serve

app = FastAPI()
serve = Serve(app)
"""


def only(project: Project) -> Endpoint:
    assert len(project.endpoints) == 1
    return project.endpoints[0]


def names(endpoint: Endpoint) -> list[str]:
    return [step.name.pattern for step in steps(endpoint.body)]


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
    "source",
    [
        "import { serve } from '@hono/node-server';\nserve(async (c) => { await c.run('x', () => 1); });",
        "import { serve } from 'inngest/next'; // beside @upstash/workflow\nserve(async (c) => { await c.run('x'); });",
    ],
)
def test_other_libraries_have_serve_too(read: Read, source: str) -> None:
    assert read({"a.ts": source}).endpoints == ()


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


@pytest.mark.parametrize(
    ("body", "uses"),
    [
        ("await c.run('x', () => 1);", ["awaited"]),
        ("return c.run('x', () => 1);", ["returned"]),
        ("c.run('x', () => 1);", ["floating"]),
        ("void c.run('x', () => 1);", ["void"]),
        ("const p = c.run('x', () => 1); await p;", ["awaited"]),
        ("const p = c.run('x', () => 1);", ["stored"]),
        ("await Promise.all([c.run('x', () => 1)]);", ["collected"]),
        ("const all = []; for (const i of ids) all.push(c.run('x', () => i)); await Promise.all(all);", ["collected"]),
        ("ids.forEach(async (i) => { await c.run('x', () => i); });", ["floating"]),
        ("await Promise.all(ids.map((i) => c.run(`x-${i}`, () => i)));", ["collected"]),
        ("Promise.all(ids.map((i) => c.run(`x-${i}`, () => i)));", ["floating"]),
    ],
)
def test_what_becomes_of_a_step(read: Read, body: str, uses: list[str]) -> None:
    endpoint = only(read({"a.ts": SERVE + f"serve(async (c) => {{ const ids = c.requestPayload.ids; {body} }});"}))
    assert [step.use for step in steps(endpoint.body)] == uses


def test_a_name_depends_on_the_loops_around_it(read: Read) -> None:
    source = """
    serve(async (c) => {
      const { users } = c.requestPayload;
      for (const user of users) {
        const topics = await c.run(`list:${user}`, () => list(user));
        await Promise.all(topics.map((topic) => c.run(`topic:${topic.id}`, () => work(topic))));
      }
    });
    """
    endpoint = only(read({"a.ts": SERVE + source}))
    outer, inner = (node for node in walk(endpoint.body) if isinstance(node, Loop))
    listing, topic = steps(endpoint.body)
    assert outer.variables <= listing.name.flow.variables
    assert outer.variables | inner.variables <= topic.name.flow.variables


@pytest.mark.parametrize(
    ("expression", "origin"),
    [
        ("Date.now()", Origin.CLOCK),
        ("new Date().toISOString()", Origin.CLOCK),
        ("stamp()", Origin.CLOCK),
        ("crypto.randomUUID()", Origin.RANDOM),
        ("await load()", Origin.AWAIT),
        ("c.requestPayload.id", Origin.PAYLOAD),
        ("process.env.REGION", Origin.ENVIRONMENT),
    ],
)
def test_a_name_knows_where_its_hole_comes_from(read: Read, expression: str, origin: Origin) -> None:
    source = (
        f"const stamp = () => Date.now();\nserve(async (c) => {{ const v = {expression}; await c.run(`n-${{v}}`); }});"
    )
    step = next(steps(only(read({"a.ts": SERVE + source})).body))
    assert origin in step.name.flow.origins


def test_a_date_with_an_argument_is_stable(read: Read) -> None:
    source = "serve(async (c) => { await c.run(`n-${new Date(c.requestPayload.at).getTime()}`, () => 1); });"
    assert not next(steps(only(read({"a.ts": SERVE + source})).body)).name.flow.unstable


def test_names_through_constants_and_enums_are_literal(read: Read) -> None:
    project = read(
        {
            "a.ts": SERVE
            + "import { Names, PREFIX } from './names';\n"
            + "serve(async (c) => { await c.run(Names.Load, f); await c.run(`${PREFIX}:save`, f); });",
            "names.ts": "export const PREFIX = 'users';\nexport enum Names { Load = 'users:load' }",
        }
    )
    assert [step.name.literal for step in steps(only(project).body)] == ["users:load", "users:save"]


@pytest.mark.parametrize(
    ("handler", "catches"),
    [
        ("except Exception:\n            pass", True),
        ("except:\n            pass", True),
        ("except (ValueError, KeyError):\n            pass", False),
        ("except WorkflowAbort:\n            raise\n        except Exception:\n            pass", True),
    ],
)
def test_which_handler_sees_the_abort(read: Read, handler: str, catches: bool) -> None:
    source = (
        PYTHON
        + "from upstash_workflow import WorkflowAbort\n\n@serve.post('/x')\nasync def x(c):\n"
        + f"    if True:\n        try:\n            await c.run('x', f)\n        {handler}\n"
    )
    guard = next(node for node in walk(only(read({"a.py": source})).body) if isinstance(node, Try))
    assert [each.catches_abort for each in guard.handlers] == [catches, False][: len(guard.handlers)]


def test_parallel_steps_of_python_are_seen(read: Read) -> None:
    source = PYTHON + (
        "import asyncio\n\n@serve.post('/x')\nasync def x(c):\n"
        "    await asyncio.gather(*[c.run(f'x-{i}', f) for i in c.request_payload['ids']])\n"
    )
    assert [node.kind for node in walk(only(read({"a.py": source})).body) if isinstance(node, Parallel)] == ["gather"]


def test_a_trigger_leads_to_its_endpoint_through_a_class(read: Read) -> None:
    project = read(
        {
            "src/server/index.ts": """
            import { Client } from '@upstash/workflow';
            const PATHS = { paginate: '/api/workflows/demo/paginate-users' } as const;
            const urlOf = (path: string) => new URL(path, process.env.APP_URL).toString();
            export class DemoWorkflow {
              private static client: Client;
              private static getClient() { return (this.client ??= new Client({ token: 'x' })); }
              static triggerPaginate(payload: { cursor?: string }) {
                return this.getClient().trigger({
                  body: payload, flowControl: { key: 'demo.paginate', parallelism: 2 }, url: urlOf(PATHS.paginate),
                });
              }
            }
            """,
            "src/app/api/workflows/demo/paginate-users/route.ts": SERVE
            + """
            import { DemoWorkflow } from '../../../../../server';
            export const { POST } = serve(async (context) => {
              const cursor = await context.run('demo:page', () => 1);
              await context.run('demo:next', () => DemoWorkflow.triggerPaginate({ cursor }));
            });
            """,
        }
    )
    endpoint = only(project)
    site = next(each for each in project.triggers if each.caller is endpoint)
    assert endpoint.route == "/api/workflows/demo/paginate-users"
    assert project.target_of(site.trigger) is endpoint
    assert site.trigger.flow_control is not None
    assert site.trigger.flow_control.key.literal == "demo.paginate"
    assert project.workflows[0].layers == {Layer.PAGINATION: endpoint}
    assert project.workflows[0].workflow_class is not None


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


def test_what_gets_the_context_and_cannot_be_followed_is_said(read: Read) -> None:
    endpoint = only(
        read({"a.ts": SERVE + "import { helper } from 'elsewhere';\nserve(async (c) => { await helper(c); });"})
    )
    assert [each.hides_steps for each in endpoint.unresolved] == [True]


def test_triggers_inside_a_loop_know_it(read: Read) -> None:
    source = (
        "import { Client } from '@upstash/workflow';\nexport const go = async (ids) => {\n"
        "  const client = new Client({ token: 'x' });\n"
        "  await Promise.all(ids.map((id) => client.trigger({ url: 'https://x/y', body: { id } })));\n};"
    )
    project = read({"a.ts": source})
    assert [(site.in_loop, site.trigger.url.literal) for site in project.triggers] == [(True, "https://x/y")]


def test_steps_inside_callbacks_are_apart(read: Read) -> None:
    endpoint = only(
        read({"a.ts": SERVE + "serve(async (c) => { await c.run('a', async () => { await c.run('b'); }); });"})
    )
    (outer,) = steps(endpoint.body)
    assert [step.name.literal for step in steps(outer.callback or ())] == ["b"]


def test_a_trigger_in_a_step_belongs_to_its_callback(read: Read) -> None:
    source = (
        "import { Client } from '@upstash/workflow';\nconst client = new Client({ token: 'x' });\n"
        "serve(async (c) => { await c.run('a', () => client.trigger({ url: 'https://x/y' })); });"
    )
    (step,) = steps(only(read({"a.ts": SERVE + source})).body)
    assert [type(node) for node in step.callback or ()] == [Trigger, type((step.callback or ())[-1])]
