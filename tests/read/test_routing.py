"""Which endpoint a trigger leads to: routes of every kind, and triggers in files that know no SDK."""

import pytest
from project_sources import PYTHON, SERVE, Read

from lobegen.model.project import Project

CLIENT = "import { Client } from '@upstash/workflow';\nexport const client = new Client({ token: 'x' });\n"
HANDLER = "async (context) => { await context.run('a', () => 1); }"


def targets(project: Project) -> list[str | None]:
    found = [project.target_of(site.trigger) for site in project.triggers]
    return [each.path if each else None for each in found]


def served(path: str, framework: str = "nextjs") -> dict[str, str]:
    return {path: f"import {{ serve }} from '@upstash/workflow/{framework}';\nexport const x = serve({HANDLER});\n"}


def triggering(url: str, path: str = "lib/start.ts") -> dict[str, str]:
    return {path: f"{CLIENT}export const start = () => client.trigger({{ url: {url} }});\n"}


@pytest.mark.parametrize(
    "url",
    [
        "'https://x.dev/api/greet'",
        "`${BASE}/api/greet/`",
        "`${BASE}api/greet?from=x`",
        "new URL('/api/greet', BASE).href",
    ],
)
def test_a_path_leads_to_its_route_however_its_base_is_written(read: Read, url: str) -> None:
    assert targets(read(served("app/api/greet/route.ts") | triggering(url))) == ["app/api/greet/route.ts"]


def test_a_path_with_an_unknown_end_leads_to_a_route_with_an_open_one_only(read: Read) -> None:
    url = "`${BASE}/api/greet/${id}`"
    assert targets(read(served("app/api/greet/all/route.ts") | triggering(url))) == [None]
    assert targets(read(served("app/api/greet/[id]/route.ts") | triggering(url))) == ["app/api/greet/[id]/route.ts"]


def test_of_two_packages_with_one_route_the_nearer_is_meant(read: Read) -> None:
    routes = served("apps/a/app/api/greet/route.ts") | served("apps/b/app/api/greet/route.ts")
    started = triggering("`${BASE}/api/greet`", "apps/b/lib/start.ts")
    assert targets(read(routes | started)) == ["apps/b/app/api/greet/route.ts"]


def test_of_several_served_together_the_last_segment_chooses(read: Read) -> None:
    many = "import { createWorkflow, serveMany } from '@upstash/workflow/nextjs';\n"
    many += f"export const {{ POST }} = serveMany({{ greet: createWorkflow({HANDLER}) }});\n"
    project = read({"app/api/flows/[...any]/route.ts": many} | triggering("`${BASE}/api/flows/v2/greet`"))
    assert targets(project) == ["app/api/flows/[...any]/route.ts"]


def test_routes_by_flat_file_names(read: Read) -> None:
    files = served("app/routes/api.greet.tsx", "react-router") | triggering("`${BASE}/api/greet`")
    assert targets(read(files)) == ["app/routes/api.greet.tsx"]


def test_a_router_in_another_file_gives_the_path(read: Read) -> None:
    router = "import { Router } from 'express';\nimport greet from './greet.js';\n"
    router += "const router = Router();\nrouter.post('/flows/greet', greet);\nexport default router;\n"
    handler = f"import {{ serve }} from '@upstash/workflow/express';\nconst greet = serve({HANDLER});\n"
    handler += "export default greet;\n"
    project = read({"src/greet.ts": handler, "src/router.ts": router} | triggering("`${BASE}/flows/greet`"))
    assert targets(project) == ["src/greet.ts"]


@pytest.mark.parametrize("client", ["client", "getClient()"])
def test_a_client_imported_from_the_project_starts_runs(read: Read, client: str) -> None:
    own = CLIENT + "export const getClient = () => client;\n"
    name = client.removesuffix("()")
    start = f"import {{ {name} }} from './client';\n"
    start += f"export const start = () => {client}.trigger({{ url: `${{BASE}}/api/greet` }});\n"
    project = read(served("app/api/greet/route.ts") | {"lib/client.ts": own, "lib/start.ts": start})
    assert targets(project) == ["app/api/greet/route.ts"]


def test_a_python_client_imported_from_the_project_publishes(read: Read) -> None:
    flow = PYTHON + "\n@serve.post('/greet')\nasync def greet(context):\n    await context.run('a', work)\n"
    start = "from app.clients import client\n\nasync def start():\n"
    start += "    await client.message.publish_json(url=f'{BASE}/greet', body={})\n"
    clients = "from qstash import AsyncQStash\nclient = AsyncQStash('x')\n"
    project = read({"app/flow.py": flow, "app/clients.py": clients, "app/start.py": start})
    assert targets(project) == ["app/flow.py"]


def test_a_message_to_a_provider_starts_no_run(read: Read) -> None:
    source = "import { Client, resend } from '@upstash/qstash';\nconst client = new Client({ token: 'x' });\n"
    source += (
        "export const mail = () => client.publishJSON({ api: { name: 'email', provider: resend({}) }, body: {} });\n"
    )
    assert read({"lib/mail.ts": source} | {"a.ts": SERVE}).triggers == ()
