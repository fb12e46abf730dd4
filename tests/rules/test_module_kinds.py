"""Whether `instanceof WorkflowAbort` is true hangs on how the real SDK is loaded, as the pages of rules say."""

import os
import subprocess
from pathlib import Path

import pytest
from observing import NODE, missing

LOADED = {
    "cjs": "const { WorkflowAbort } = require('@upstash/workflow');"
    "const { serve } = require('@upstash/workflow/nextjs');",
    "mjs": "import { WorkflowAbort } from '@upstash/workflow'; import { serve } from '@upstash/workflow/nextjs';",
}
PROGRAM = """
const { POST } = serve(async (context) => {
  try {
    await context.run('a', () => 1);
  } catch (error) {
    console.log(error instanceof WorkflowAbort);
    process.exit();
  }
}, { receiver: undefined });
POST(new Request('http://localhost/a', { body: '{}', method: 'POST' }));
"""


@pytest.mark.skipif(bool(missing()), reason=missing())
@pytest.mark.parametrize(("kind", "known"), [("mjs", "true"), ("cjs", "false")])
@pytest.mark.parametrize("line", ["1", "0.2"])
def test_the_abort_is_known_by_its_class_as_a_module_only(tmp_path: Path, line: str, kind: str, known: str) -> None:
    own, shared = NODE / f"sdk-{line}" / "node_modules", NODE / "node_modules"
    (tmp_path / "node_modules").symlink_to(own if (own / "@upstash" / "workflow").exists() else shared)
    program = tmp_path / f"program.{kind}"
    program.write_text(LOADED[kind] + PROGRAM)
    environment = {"QSTASH_URL": "http://127.0.0.1:9", "QSTASH_TOKEN": "none", "PATH": os.environ["PATH"]}
    done = subprocess.run(["node", program], env=environment, capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == known
