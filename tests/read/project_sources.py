"""Sources that serve one handler, and short views of what was read."""

from collections.abc import Callable
from textwrap import dedent, indent

from lobegen.model.project import Endpoint, Project
from lobegen.model.walk import steps

Read = Callable[[dict[str, str]], Project]

SERVE = "import { serve } from '@upstash/workflow/nextjs';\n"
PYTHON = """\
from fastapi import FastAPI
from upstash_workflow import AsyncWorkflowContext
from upstash_workflow.fastapi import Serve

app = FastAPI()
serve = Serve(app)
"""


def typescript(body: str, before: str = "") -> dict[str, str]:
    """A module that serves one handler: its body, and what stands before it."""
    return {"a.ts": f"{SERVE}{before}\nserve(async (context) => {{ {body} }});\n"}


def python(body: str, before: str = "") -> dict[str, str]:
    """The same in Python."""
    handler = "@serve.post('/x')\nasync def x(context):\n" + indent(dedent(body).strip(), "    ")
    return {"a.py": f"{PYTHON}{dedent(before)}\n{handler}\n"}


def only(project: Project) -> Endpoint:
    """The one endpoint of a project."""
    assert len(project.endpoints) == 1
    return project.endpoints[0]


def names(endpoint: Endpoint) -> list[str]:
    """The names of its steps."""
    return [step.name.pattern for step in steps(endpoint.body)]
