"""Which layer an endpoint is: names, and what triggers what."""

import pytest
from project_sources import SERVE, Read

from lobegen.model.project import Project

FOLDER = "src/app/api/workflows/demo"
Routes = dict[str, dict[str, str]]


def sources(routes: Routes) -> dict[str, str]:
    """Routes by name, each with the payload that it sends to others."""
    client = "import { Client } from '@upstash/workflow';\nconst client = new Client({ token: 'x' });\n"
    files: dict[str, str] = {}
    for name, targets in routes.items():
        calls = "".join(
            f"await c.run('{target}', () => client.trigger({{ url: 'https://x.io/api/workflows/demo/{target}', "
            f"body: {{ {payload} }} }}));\n"
            for target, payload in targets.items()
        )
        handler = f"serve(async (c) => {{ const got = await c.run('first', f);\n{calls}}});"
        files[f"{FOLDER}/{name}/route.ts"] = SERVE + client + handler
    return files


def layers(project: Project) -> dict[str, str]:
    (workflow,) = project.workflows
    return {layer.value: endpoint.name for layer, endpoint in workflow.layers.items()}


@pytest.mark.parametrize(
    ("routes", "expected"),
    [
        ("process-users paginate-users execute-user", ("process-users", "paginate-users", "execute-user")),
        ("process-users generate-user", ("process-users", None, "generate-user")),
        ("process-document", (None, None, None)),
        ("execute-user other", (None, None, None)),
        ("process-documents process-images", (None, None, None)),
    ],
)
def test_names_make_layers_where_two_of_them_meet(
    read: Read, routes: str, expected: tuple[str | None, str | None, str | None]
) -> None:
    found = layers(read(sources({name: {} for name in routes.split()})))
    assert tuple(found.get(layer) for layer in ("entry", "pagination", "execution")) == expected


@pytest.mark.parametrize(
    ("entry", "pagination", "execution"),
    [
        ("process-all", "process-pages", "process-one"),
        ("execute-all", "process-pages", "paginate-one"),
        ("a", "b", "c"),
    ],
    ids=["levels", "contradicting", "free"],
)
def test_triggers_outrank_names(read: Read, entry: str, pagination: str, execution: str) -> None:
    pages = {pagination: "cursor: got", execution: "id: got"}
    found = layers(read(sources({entry: {pagination: ""}, pagination: pages, execution: {}})))
    assert found == {"entry": entry, "pagination": pagination, "execution": execution}


@pytest.mark.parametrize(("payload", "expected"), [("cursor: got", {"pagination": "sync"}), ("ids: got", {})])
def test_an_endpoint_that_triggers_itself_is_a_pagination_only_with_a_cursor(
    read: Read, payload: str, expected: dict[str, str]
) -> None:
    assert layers(read(sources({"sync": {"sync": payload}}))) == expected


@pytest.mark.parametrize("first", ["process-a", "process-z"])
def test_of_two_that_page_the_one_that_is_triggered_is_the_pagination(read: Read, first: str) -> None:
    pages = {first: "cursor: got", "process-m": "cursor: got"}
    found = layers(read(sources({first: pages, "process-m": {"process-m": "cursor: got"}})))
    assert found == {"entry": first, "pagination": "process-m"}


def test_a_level_between_is_no_execution(read: Read) -> None:
    routes: Routes = {
        "process-users": {"process-topics": "ids: got"},
        "process-topics": {"process-topics": "cursor: got", "process-topic": "id: got"},
        "process-topic": {"finish": ""},
        "finish": {},
    }
    assert layers(read(sources(routes))) == {"entry": "process-users", "pagination": "process-topics"}


@pytest.mark.parametrize(("others", "expected"), [("", {}), ("static triggerNext() { return go('next'); }", "entry")])
def test_one_layer_needs_a_class_that_triggers_others(read: Read, others: str, expected: object) -> None:
    index = (
        "import { Client } from '@upstash/workflow';\nconst client = new Client({ token: 'x' });\n"
        "const go = (path) => client.trigger({ url: `https://x.io/api/workflows/demo/${path}` });\n"
        f"export class Demo {{ static triggerUsers() {{ return go('process-users'); }} {others} }}\n"
    )
    files = {"src/server/index.ts": index, **sources({"process-users": {}})}
    found = layers(read(files))
    assert found == ({"entry": "process-users"} if expected == "entry" else {})
