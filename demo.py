"""What `make demo` shows: scaffold, lint, break, lint again, and run both targets on the local QStash."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parent
DEMO = ROOT / ".demo"
BIN = Path(sys.executable).parent
NODE = ROOT / "tests" / "node"
GOLDEN = {"welcome-placeholder": "user", "agent-welcome": "agent"}
TARGETS = ("fastapi", "nextjs")


def say(title: str) -> None:
    """A heading between two parts of the demo."""
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def lobegen(*arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    """Run a lobegen command as a user would, and show it."""
    print(f"$ lobegen {' '.join(arguments)}", flush=True)
    done = subprocess.run([str(BIN / "lobegen"), *arguments], cwd=DEMO, check=False)
    if done.returncode not in allowed:
        sys.exit(f"demo: lobegen {arguments[0]} ended with {done.returncode}, expected {allowed}")


def scaffold() -> None:
    """Both of the guide's examples, for both targets, in one project each."""
    for target in TARGETS:
        for workflow, entity in GOLDEN.items():
            say(f"{workflow} for {target}")
            answers = ["--target", target, "--entity", entity, "--action", "generate"]
            lobegen("new", workflow, *answers, "--flag", "paidOnly", "--store", "redis", "--defaults", "--into", target)


def lint() -> None:
    """A fresh scaffold has notes only; a copy broken in three places has errors."""
    say("lint what was written: only what is left for you to write")
    lobegen("lint", *TARGETS, "--format", "concise")
    lobegen("list", *TARGETS)
    say("lint a broken copy")
    broken = DEMO / "broken"
    routes = "src/app/(backend)/api/workflows/welcome-placeholder"
    shutil.copytree(DEMO / "nextjs" / routes, broken / routes)
    shutil.copytree(DEMO / "nextjs/src/server", broken / "src/server")
    for name in ("package.json", "tsconfig.json"):
        shutil.copy(DEMO / "nextjs" / name, broken)
    change(broken / routes / "paginate-users/route.ts", r"(:execute:)\$\{\w+\}", r"\1item")
    change(broken / routes / "generate-user/route.ts", r"(async \(context\) => \{\n)", r"\1    if (!context) return;\n")
    change(broken / "src/server/workflows/welcomePlaceholder/index.ts", r"flowControl: ", "retries: 3, ignored: ")
    lobegen("lint", "broken", "--ignore", "unfinished-scaffold", allowed=(1,))


def change(path: Path, pattern: str, replacement: str) -> None:
    """Edit one file of the broken copy."""
    text, count = re.subn(pattern, replacement, path.read_text())
    if not count:
        sys.exit(f"demo: nothing to break in {path}")
    path.write_text(text)


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def background(command: list[str], cwd: Path, environment: dict[str, str], ready: str) -> Iterator[None]:
    """Run a program until the block ends; it is ready when `ready` answers or its log says so."""
    log = DEMO / f"{Path(command[0]).name}-{cwd.name}.log"
    with log.open("w") as output:
        program = subprocess.Popen(
            command, cwd=cwd, env=os.environ | environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for(lambda: answers(ready), 120, f"{' '.join(command)} does not answer; its log is {log}")
        yield
    finally:
        os.killpg(program.pid, signal.SIGTERM)
        program.wait(20)


def answers(url: str) -> bool:
    """Whether something speaks HTTP there."""
    try:
        urllib.request.urlopen(url, timeout=60)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def wait_for(condition: Callable[[], bool], seconds: float, failure: str) -> None:
    """Wait until a condition holds, or end the demo."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            sys.exit(f"demo: {failure}")
        time.sleep(0.3)


def runs(qstash: str, token: str) -> list[dict[str, object]]:
    """All runs that the local QStash knows."""
    request = urllib.request.Request(
        f"{qstash}/v2/workflows/events?groupBy=workflowRunId&count=1000", headers={"Authorization": f"Bearer {token}"}
    )
    with urllib.request.urlopen(request, timeout=10) as answer:
        found: list[dict[str, object]] = json.load(answer)["runs"]
    return found


def run(target: str, serve: list[str], start: list[str], port: int, ready: str) -> None:
    """Run one target: a dry run, then the 25 items of its demo table, on `lobegen dev`."""
    from lobegen.qstash.testing import LocalQStash

    say(f"run welcome-placeholder of {target} on the local QStash")
    project = DEMO / target
    with LocalQStash(virtual_clock=True) as qstash:
        environment = {**qstash.environment, "APP_URL": f"http://127.0.0.1:{port}"}
        with background(serve, project, environment, ready):
            for flags in (["--dry-run"], []):
                print(f"$ {' '.join(Path(word).name for word in start)} {' '.join(flags)}", flush=True)
                subprocess.run([*start, *flags], cwd=project, env=os.environ | environment, check=True)
                qstash.wait_until_idle(timeout=240)
                told = runs(qstash.url, qstash.token)
                print(f"  {len(told)} runs so far: {summary(told)}", flush=True)
                if flags:
                    print(f"  statistics: {statistics(told[0])}", flush=True)
        done = [each for each in runs(qstash.url, qstash.token) if str(each["workflowUrl"]).endswith("/generate-user")]
        states = Counter(str(each["workflowState"]) for each in done)
        if states != {"RUN_SUCCESS": 25}:
            sys.exit(f"demo: expected 25 items, each processed once, got {states}")
        print("  25 items, each processed exactly once")


def summary(told: list[dict[str, object]]) -> str:
    """How many runs of each endpoint ended how."""
    counts = Counter((str(each["workflowUrl"]).rsplit("/", 1)[-1], each["workflowState"]) for each in told)
    return ", ".join(f"{count} {name} {state}" for (name, state), count in sorted(counts.items(), key=str))


def statistics(told: dict[str, object]) -> str:
    """The statistics of a dry run: its result in TypeScript, a step's result in Python."""
    if told.get("workflowRunResponse"):
        return str(told["workflowRunResponse"])
    groups: list[dict[str, list[dict[str, str]]]] = told["steps"]  # type: ignore[assignment]
    outs = [
        step["out"] for group in groups for step in group["steps"] if step.get("out") and "toProcess" in step["out"]
    ]
    return outs[-1] if outs else "none"


def run_fastapi() -> None:
    """The FastAPI application under uvicorn."""
    port = free_port()
    serve = [str(BIN / "uvicorn"), "app.main:app", "--port", str(port)]
    start = [str(BIN / "python"), "-m", "app.workflows.start", "welcome-placeholder"]
    run("fastapi", serve, start, port, f"http://127.0.0.1:{port}/docs")


def run_nextjs() -> None:
    """The Next.js application under `next dev`, with the packages that the tests have installed."""
    project, port = DEMO / "nextjs", free_port()
    packages = project / "node_modules"
    subprocess.run(["cp", "-al", str(NODE / "node_modules"), str(packages)], check=True)
    shutil.rmtree(packages / "@upstash/workflow")
    shutil.copytree(NODE / "sdk-1/node_modules/@upstash/workflow", packages / "@upstash/workflow")
    serve = [str(packages / ".bin/next"), "dev", "--port", str(port)]
    start = [str(packages / ".bin/tsx"), "src/server/workflows/welcomePlaceholder/start.ts"]
    ready = f"http://127.0.0.1:{port}/api/workflows/welcome-placeholder/process-users"
    run("nextjs", serve, start, port, ready)


def main() -> None:
    """Run the demo in `.demo`, which is left for you to look at."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    scaffold()
    lint()
    run_fastapi()
    run_nextjs()
    say("done: look around in .demo")


if __name__ == "__main__":
    main()
