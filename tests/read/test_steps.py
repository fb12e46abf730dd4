"""What is known of steps: their use, names, callbacks, what guards them."""

import pytest
from project_sources import PYTHON, SERVE, Read, only, python, typescript

from lobegen.model.body import Assign, Loop, Parallel, Raise, Try
from lobegen.model.values import Origin
from lobegen.model.walk import steps, walk


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


def test_steps_inside_callbacks_are_apart(read: Read) -> None:
    endpoint = only(
        read({"a.ts": SERVE + "serve(async (c) => { await c.run('a', async () => { await c.run('b'); }); });"})
    )
    (outer,) = steps(endpoint.body)
    assert [step.name.literal for step in steps(outer.callback or ())] == ["b"]


@pytest.mark.parametrize(
    "body",
    [
        "const all = {}; for (const i of ids) all[i] = context.run(`x-${i}`, f); for (const k in all) await all[k];",
        "const all = {}; all.x = context.run('x', f); await all.x;",
        "let all = []; all = all.concat(context.run('x', f)); await Promise.all(all);",
    ],
)
def test_promises_kept_in_an_object_are_awaited_with_it(read: Read, body: str) -> None:
    endpoint = only(read(typescript(body)))
    assert [step.use in ("awaited", "collected") for step in steps(endpoint.body)] == [True]


def test_a_name_made_of_an_item_taken_from_a_queue_depends_on_the_loop(read: Read) -> None:
    body = "while (queue.length) { const id = queue.shift(); await context.run(`x-${id}`, f); }"
    endpoint = only(read(typescript(f"const queue = [...context.requestPayload.ids]; {body}")))
    (loop,) = (node for node in walk(endpoint.body) if isinstance(node, Loop))
    (step,) = steps(endpoint.body)
    assert loop.variables <= step.name.flow.variables


def test_a_write_by_key_into_the_payload_is_one(read: Read) -> None:
    endpoint = only(read(python("context.request_payload['x'] = 1\nawait context.run('x', f)")))
    assert [node.scope for node in walk(endpoint.body) if isinstance(node, Assign)] == ["payload"]


def test_a_function_that_rethrows_is_followed_as_rejection_handler(read: Read) -> None:
    body = "await context.run('x', f).catch(again);"
    endpoint = only(read(typescript(body, "function again(error) { report(error); throw error; }")))
    assert [node.rethrows for node in walk(endpoint.body) if isinstance(node, Raise)] == [True]


def test_a_delegated_generator_is_not_dropped(read: Read) -> None:
    before = "async function* one(c) { yield* two(c); }\nasync function* two(c) { yield c.run('x', f); }"
    endpoint = only(read(typescript("for await (const each of one(context)) use(each);", before)))
    assert [step.use for step in steps(endpoint.body)] == ["collected"]
