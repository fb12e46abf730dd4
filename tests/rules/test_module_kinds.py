"""Whether `instanceof WorkflowAbort` is true hangs on how the real SDK is loaded, as the pages of rules say."""

import os
import subprocess
from pathlib import Path

import pytest
from observing import NODE, missing

REQUIRED = (
    "const { WorkflowAbort } = require('@upstash/workflow'); const { serve } = require('@upstash/workflow/nextjs');"
)
IMPORTED = "import { WorkflowAbort } from '@upstash/workflow'; import { serve } from '@upstash/workflow/nextjs';"
PROGRAM = """
const { POST, handler } = serve(async (context) => {
  try {
    await context.run('a', () => 1);
  } catch (error) {
    console.log(error instanceof WorkflowAbort);
    process.exit();
  }
}, { receiver: undefined });
(POST ?? handler)(new Request('http://localhost/a', { body: '{}', method: 'POST' }));
"""
#: what is loaded how: the program's file, how it begins, whether `instanceof` holds
LOADED = {
    "as modules": ("program.mjs", IMPORTED, True),
    "as CommonJS": ("program.cjs", REQUIRED, False),
    "as CommonJS, both from one entry": ("program.cjs", REQUIRED.replace("/nextjs", ""), True),
    "serve as CommonJS, the class as a module": (
        "program.mjs",
        "import { createRequire } from 'node:module'; import { WorkflowAbort } from '@upstash/workflow';"
        " const { serve } = createRequire(import.meta.url)('@upstash/workflow/nextjs');",
        False,
    ),
}


def said(folder: Path, line: str, command: list[str]) -> str:
    """What a program says with the SDK of this line."""
    own, shared = NODE / f"sdk-{line}" / "node_modules", NODE / "node_modules"
    (folder / "node_modules").symlink_to(own if (own / "@upstash" / "workflow").exists() else shared)
    environment = {"QSTASH_URL": "http://127.0.0.1:9", "QSTASH_TOKEN": "none", "PATH": os.environ["PATH"]}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize("way", LOADED)
@pytest.mark.parametrize("line", ["1", "0.2"])
def test_the_abort_is_known_by_its_class_in_one_copy_of_the_sdk(tmp_path: Path, line: str, way: str) -> None:
    name, loaded, known = LOADED[way]
    (tmp_path / name).write_text(loaded + PROGRAM)
    assert said(tmp_path, line, ["node", name]) == str(known).lower()


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize("module", ["commonjs", "node16"])
def test_what_tsc_makes_of_a_package_that_is_no_module_is_commonjs(tmp_path: Path, module: str) -> None:
    (tmp_path / "package.json").write_text("{}")
    (tmp_path / "program.ts").write_text(IMPORTED + PROGRAM)
    compiler = [str(NODE / "node_modules" / ".bin" / "tsc"), "--module", module, "--target", "es2022", "--noCheck"]
    subprocess.run([*compiler, "--skipLibCheck", "program.ts"], cwd=tmp_path, check=True, capture_output=True)
    assert said(tmp_path, "1", ["node", "program.js"]) == "false"


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize(("package", "known"), [('{ "type": "module" }', "true"), ("{}", "false")])
def test_tsx_goes_by_the_package(tmp_path: Path, package: str, known: str) -> None:
    (tmp_path / "package.json").write_text(package)
    (tmp_path / "program.ts").write_text(IMPORTED + PROGRAM)
    assert said(tmp_path, "1", [str(NODE / "node_modules" / ".bin" / "tsx"), "program.ts"]) == known
