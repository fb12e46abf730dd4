"""`lobegen server` as a command: what it needs, and how it ends."""

import subprocess
import sys

import pytest


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
