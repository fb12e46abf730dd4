"""What swallowed-abort says of the run, as measured with @upstash/workflow 1.3.3 and upstash-workflow 2.0.0."""

from pathlib import Path

import pytest

from lobegen.lint import lint_paths

NEVER = "every request is answered 400"
LOST = "the run is finished early"
TWICE = "the next step runs in the same request"
PARALLEL = 'fails with "Incompatible step name"'
REFUSED = "the SDK refuses the next step"
SERVE = "import { serve } from '@upstash/workflow/nextjs';\nexport const { POST } = serve(async (context) => {\n"
PYTHON = """from fastapi import FastAPI
from upstash_workflow.fastapi import Serve

serve = Serve(FastAPI())

@serve.post("/orders")
async def orders(context):
    try:
        await context.run("b", b)
    except Exception:
        pass
"""
A = "await context.run('a', () => a());\n"
B = "await context.run('b', () => b());\n"
C = "await context.run('c', () => c());\n"
KEPT = "catch (error) { console.error(error); }\n"
HELPER = "async function safely(context) {{ try {{ {0} }} catch (error) {{ return null; }} }}\n"


def said(folder: Path, name: str, source: str) -> str:
    """The one finding of swallowed-abort in a file."""
    (folder / "package.json").write_text('{"dependencies": {"@upstash/workflow": "^1.3.0", "next": "^15.0.0"}}')
    (folder / name).parent.mkdir(parents=True)
    (folder / name).write_text(source)
    findings = lint_paths([folder], root=folder).findings
    (message,) = (each.message for each in findings if each.rule == "swallowed-abort")
    return message


@pytest.mark.parametrize(
    ("body", "outcome"),
    [
        (f"try {{ {A} }} {KEPT}", NEVER),
        (f"{A} try {{ {B} {C} }} {KEPT}", LOST),
        (f"try {{ {A} }} {KEPT} {B}", TWICE),
        (f"{A} try {{ {B} }} {KEPT} {C}", TWICE),
        (
            f"{A} for (const x of ['x', 'y']) {{ try {{ await context.run(x, () => b(x)); }} {KEPT} {C} }}",
            TWICE,
        ),
        (f"{A} try {{ {B} }} catch (error) {{ return; }} {C}", LOST),
        (f"{A} try {{ {B} }} {KEPT} return; {C}", LOST),
        (f"let found; try {{ found = await context.run('a', () => a()); }} {KEPT} if (found) {{ {B} }}", NEVER),
        (f"await context.run('a', () => a()).catch(() => null); {B}", TWICE),
        (f"{A} await Promise.allSettled([context.run('b', () => b()), context.run('c', () => c())]); {B}", TWICE),
        (f"{A} try {{ {B} }} catch (error) {{ {C} throw error; }}", PARALLEL),
        (f"try {{ {A} }} catch (error) {{ {B} return; }} {C}", PARALLEL),
        (f"{A} await safely(context); {C}", TWICE),
        (f"{A} await safely(context);", LOST),
    ],
)
def test_typescript(body: str, outcome: str, tmp_path: Path) -> None:
    helper = HELPER.format(B) if "safely" in body else ""
    assert outcome in said(tmp_path, "app/api/orders/route.ts", f"{helper}{SERVE}{body}}});\n")


@pytest.mark.parametrize(
    ("rest", "outcome"),
    [
        ("", NEVER),
        ("    await context.run('c', c)\n", REFUSED),
    ],
)
def test_python(rest: str, outcome: str, tmp_path: Path) -> None:
    assert outcome in said(tmp_path, "app/orders.py", f"{PYTHON}{rest}")
