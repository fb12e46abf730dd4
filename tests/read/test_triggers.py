"""How triggers are found and where they lead."""

from project_sources import SERVE, Read, only

from lobegen.model.body import Trigger
from lobegen.model.project import Layer
from lobegen.model.walk import steps


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


def test_triggers_inside_a_loop_know_it(read: Read) -> None:
    source = (
        "import { Client } from '@upstash/workflow';\nexport const go = async (ids) => {\n"
        "  const client = new Client({ token: 'x' });\n"
        "  await Promise.all(ids.map((id) => client.trigger({ url: 'https://x/y', body: { id } })));\n};"
    )
    project = read({"a.ts": source})
    assert [(site.in_loop, site.trigger.url.literal) for site in project.triggers] == [(True, "https://x/y")]


def test_a_trigger_in_a_step_belongs_to_its_callback(read: Read) -> None:
    source = (
        "import { Client } from '@upstash/workflow';\nconst client = new Client({ token: 'x' });\n"
        "serve(async (c) => { await c.run('a', () => client.trigger({ url: 'https://x/y' })); });"
    )
    (step,) = steps(only(read({"a.ts": SERVE + source})).body)
    assert [type(node) for node in step.callback or ()] == [Trigger, type((step.callback or ())[-1])]
