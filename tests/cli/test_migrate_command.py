"""`lobegen migrate`: what is said, what is left with its reason, what becomes of package.json."""

from collections.abc import Callable
from pathlib import Path

import pytest
from cli_helpers import Run

ROUTE = """\
import { serve } from '@upstash/workflow/nextjs';

export const { POST } = serve<{ id: string }>(
  async (context) => {
    await context.run('greet', () => greet(context.requestPayload.id));
  },
  { retries: 2 },
);
"""
TRIGGER = """\
import { Client } from '@upstash/workflow';

const client = new Client({ token: process.env.QSTASH_TOKEN });
export const start = (id: string) => client.trigger({ url: `${process.env.APP_URL}/api/greet`, body: { id } });
"""
LEGACY = "import { serve } from '@upstash/qstash/nextjs';\nexport const POST = serve(async (c) => c.run('a', work));\n"
Project = Callable[..., None]


@pytest.fixture
def project(folder: Path) -> Project:
    """Write a project: a route, what triggers it, and the version that package.json asks for."""

    def write(version: str = "^0.2.23", route: str = ROUTE, trigger: str = TRIGGER) -> None:
        (folder / "app/api/greet").mkdir(parents=True)
        (folder / "app/api/greet/route.ts").write_text(route)
        (folder / "start.ts").write_text(trigger)
        (folder / "package.json").write_text(f'{{\n  "dependencies": {{ "@upstash/workflow": "{version}" }}\n}}\n')

    return write


def test_what_is_done_is_listed_with_its_place(lobegen: Run, project: Project, folder: Path) -> None:
    project()
    outcome = lobegen("migrate")
    assert (outcome.code, outcome.err) == (0, "")
    assert "app/api/greet/route.ts:7: Move `retries` to the triggers of this route\n" in outcome.out
    assert "package.json: @upstash/workflow 1.3.3\n" in outcome.out
    assert "Now run `npm install`, and the type checker." in outcome.out
    assert "body: { id }, retries: 2 });" in (folder / "start.ts").read_text()


def test_what_cannot_be_done_is_left_with_the_reason(lobegen: Run, project: Project, folder: Path) -> None:
    project(trigger="", route=ROUTE.replace("{ retries", "{ onStepFinish: log, retries"))
    outcome = lobegen("migrate")
    assert outcome.code == 1
    assert "Left to do by hand (2):" in outcome.out
    assert "  app/api/greet/route.ts:7:5: `serve` of @upstash/workflow 1 ignores `onStepFinish`" in outcome.out
    assert "(no trigger of this route was found)" in outcome.out
    assert "retries: 2" in (folder / "app/api/greet/route.ts").read_text()


def test_a_body_that_was_made_json_of_twice_is_left(lobegen: Run, project: Project) -> None:
    call = "await context.call('c', { url: 'https://example.com', body: JSON.stringify({ a: 1 }) });\n  }"
    project(route=ROUTE.replace("  }", f"  {call}", 1))
    outcome = lobegen("migrate")
    assert outcome.code == 1
    assert "the old line made JSON of it, also of a text (`JSON.stringify` makes it already)" in outcome.out


def test_options_that_are_not_written_out_are_left(lobegen: Run, project: Project) -> None:
    project(route=ROUTE.replace("{ retries: 2 }", "{ ...(process.env.SLOW ? { retries: 9 } : {}) }"))
    outcome = lobegen("migrate")
    assert outcome.code == 1
    assert "  app/api/greet/route.ts:7:3: the options here are not all written out" in outcome.out


def test_diff_writes_nothing(lobegen: Run, project: Project, folder: Path) -> None:
    project()
    outcome = lobegen("migrate", "--diff")
    assert outcome.code == 1
    assert "-  { retries: 2 },\n" in outcome.out
    assert '+  "dependencies": { "@upstash/workflow": "^1.3.3" }\n' in outcome.out
    assert "Move `retries`" in outcome.err
    assert (folder / "app/api/greet/route.ts").read_text() == ROUTE


@pytest.mark.parametrize(
    ("version", "asked"),
    [("^0.2.23", "^1.3.3"), ("~0.2.1", "~1.3.3"), ("0.2.23", "1.3.3"), ("0.2.x", "1.3.3")],
)
def test_package_json_asks_in_the_same_way(
    lobegen: Run, project: Project, folder: Path, version: str, asked: str
) -> None:
    project(version)
    lobegen("migrate")
    assert f'{{ "@upstash/workflow": "{asked}" }}' in (folder / "package.json").read_text()


def test_a_version_that_is_said_elsewhere_is_left(lobegen: Run, project: Project, folder: Path) -> None:
    project("catalog:")
    catalog = "packages: ['.']\ncatalog:\n  '@upstash/workflow': ^0.2.23\n"
    (folder / "pnpm-workspace.yaml").write_text(catalog)
    outcome = lobegen("migrate")
    assert outcome.code == 1
    assert "package.json:2:43: `catalog:` says no version of @upstash/workflow: let it be 1.3.3 or newer" in outcome.out


def test_the_sdk_is_asked_for_beside_the_client_that_it_grew_out_of(lobegen: Run, folder: Path) -> None:
    (folder / "route.ts").write_text(LEGACY)
    (folder / "package.json").write_text('{\n  "dependencies": {\n    "@upstash/qstash": "^2.7.0"\n  }\n}\n')
    (folder / "pnpm-lock.yaml").write_text("lockfileVersion: '9.0'\n")
    outcome = lobegen("migrate")
    assert outcome.code == 0, outcome.out
    assert "Now run `pnpm install`" in outcome.out
    assert (folder / "package.json").read_text() == (
        '{\n  "dependencies": {\n    "@upstash/workflow": "^1.3.3",\n    "@upstash/qstash": "^2.7.0"\n  }\n}\n'
    )
    assert (
        (folder / "route.ts")
        .read_text()
        .startswith("import { serve } from '@upstash/workflow/nextjs';\nexport const { POST }")
    )


def test_what_was_begun_is_finished(lobegen: Run, project: Project, folder: Path) -> None:
    project("^1.3.3")
    assert lobegen("migrate").code == 0
    assert "retries" not in (folder / "app/api/greet/route.ts").read_text()


def test_there_is_nothing_to_do_for_what_is_of_the_new_line(lobegen: Run, project: Project) -> None:
    project("^1.3.3", route=ROUTE.replace("retries: 2", ""))
    outcome = lobegen("migrate")
    assert (outcome.code, outcome.out) == (0, "Nothing to migrate: no workflow of @upstash/workflow 0.x was found.\n")


def test_what_is_not_there_is_one_line(lobegen: Run) -> None:
    outcome = lobegen("migrate", "nowhere")
    assert (outcome.code, outcome.err) == (2, "lobegen: error: nowhere: there is no such file or folder.\n")
