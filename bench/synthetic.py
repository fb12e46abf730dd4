"""Trees to lint where no real one is at hand: a large application and a small project, always the same."""

import random
from pathlib import Path

_WORDS = ["account", "agent", "batch", "cache", "chat", "client", "config", "cursor", "file", "filter", "group"]
_ROUTE = """\
import {{ serve }} from '@upstash/workflow/nextjs';

import {{ {pascal}Workflow }} from '{up}server/workflows/{name}';

interface Payload {{
  cursor?: string;
  userId: string;
}}

export const {{ POST }} = serve<Payload>(async (context) => {{
  const payload = context.requestPayload;
  const user = await context.run('{name}:get-user', () => ({{ id: payload.userId }}));
  if (!user) return {{ success: true }};
  await context.run('{name}:start', () => {pascal}Workflow.triggerNext({{ userId: user.id }}));
  return {{ success: true }};
}});
"""
_CLASS = """\
import {{ Client }} from '@upstash/workflow';

export class {pascal}Workflow {{
  private static client = new Client({{ token: process.env.QSTASH_TOKEN }});

  static triggerNext(payload: {{ userId: string }}) {{
    return this.client.trigger({{
      body: payload,
      flowControl: {{ key: '{name}', parallelism: 5 }},
      url: `${{process.env.APP_URL}}/api/workflows/{name}/layer-1`,
    }});
  }}
}}
"""
_PYTHON = """\
from fastapi import FastAPI
from upstash_workflow import AsyncWorkflowContext
from upstash_workflow.fastapi import Serve

app = FastAPI()
serve = Serve(app)


@serve.post("/{name}")
async def {name}(context: AsyncWorkflowContext[dict[str, str]]) -> None:
    async def load() -> str:
        return context.request_payload["userId"]

    user = await context.run("{name}:load", load)
    await context.run("{name}:save", lambda: print(user))
"""


def large_tree(folder: Path, files: int = 5300, workflows: int = 10) -> None:
    """An application of TypeScript: some 4 kB a file, in some 1,800 folders, with a few workflows."""
    source = random.Random(5300)
    (folder / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    (folder / ".gitignore").write_text(
        "\n".join(["node_modules", "*.log", "/dist", ".env*", "coverage/", "*.tsbuildinfo"])
    )
    for number in range(files - 2 * workflows):
        place = folder / "src" / _WORDS[number % 11] / f"{_WORDS[number // 11 % 11]}{number % 15}"
        _write(place / f"{source.choice(_WORDS)}{number}.{source.choice(['ts', 'tsx'])}", _module(source, number))
    for number in range(workflows):
        _write_workflow(folder, f"job{number}")


def workflow_tree(folder: Path, files: int) -> None:
    """As many workflow files, in threes: a class that starts runs and two routes that it starts."""
    (folder / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    for number in range(files // 3):
        _write_workflow(folder, f"job{number}")


def small_project(folder: Path) -> tuple[Path, Path]:
    """Two small projects, one of each language; returns the changed file of each."""
    next_, fast = folder / "next", folder / "fast"
    for number in range(3):
        _write_workflow(next_, f"job{number}")
        _write(fast / "app" / f"job{number}.py", _PYTHON.format(name=f"job{number}"))
    (next_ / "package.json").write_text('{"dependencies": {"@upstash/workflow": "1.3.3"}}')
    (fast / "pyproject.toml").write_text('[project]\nname = "fast"\ndependencies = ["upstash-workflow==2.0.0"]\n')
    return next_ / "src/app/api/workflows/job0/layer-0/route.ts", fast / "app/job0.py"


def _write_workflow(folder: Path, name: str) -> None:
    words = {"name": name, "pascal": name.capitalize()}
    _write(folder / f"src/server/workflows/{name}/index.ts", _CLASS.format(**words))
    for layer in range(2):
        route = folder / f"src/app/api/workflows/{name}/layer-{layer}/route.ts"
        _write(route, _ROUTE.format(up="../" * 5, **words))


def _module(source: random.Random, number: int) -> str:
    lines = [f"import {{ {word}{number} }} from '../{word}/{word}';" for word in source.sample(_WORDS, 5)]
    for index in range(source.randint(10, 50)):
        left, right = source.choice(_WORDS), source.choice(_WORDS)
        lines.append(f"export const {left}{index} = (value: string) => {{\n  const {right} = value.trim();")
        lines.append(f"  return {right}.length > {index} ? {right} : `{left}-${{{right}}}`;\n}};")
    return "\n".join(lines) + "\n"


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
