"""`lobegen server` as a command: what it needs, and how it ends."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from lsp_editor import Editor


@pytest.mark.parametrize("package", ["lsprotocol", "pygls"])
def test_a_missing_package_is_one_line_and_exit_2(package: str) -> None:
    script = f"import sys; sys.modules[{package!r}] = None; from lobegen.cli import main; main(['server'])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=90, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert "pip install 'lobegen[server]'" in line


@pytest.mark.parametrize("option", [[], ["--stdio"]])
def test_it_ends_with_its_client(option: list[str]) -> None:
    command = [sys.executable, "-m", "lobegen", "server", *option]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=90, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


ENDLESS = """\
import sys, threading
from lobegen.cli import main
from lobegen.rules.unnamed_step import UnnamedStep

def check(self, endpoint, project):
    open(sys.argv[1], "w").close()
    threading.Event().wait()

UnnamedStep.check = check
raise SystemExit(main(["server"]))
"""
SERVED = "import { serve } from '@upstash/workflow/nextjs';\nexport const { POST } = serve(async (c) => {});\n"


def test_it_ends_while_a_check_goes_on(tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    with Editor(tmp_path, command=[sys.executable, "-c", ENDLESS, str(begun)]) as editor:
        editor.begin(tmp_path / "a.ts", SERVED)
        begun.read_text()  # once somebody has opened it to write
    assert editor.exit_code == 0
