"""What `make demo` shows: scaffold, lint, break, lint again, and run both targets on the local QStash."""

import re
import shutil
import subprocess
import sys
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


def run() -> None:
    """Each target from its scaffold to a finished run: a dry run, then 25 items."""
    install(DEMO / "nextjs")
    for target in TARGETS:
        say(f"run welcome-placeholder of {target} on a local QStash")
        for options in (["--dry-run"], []):
            lobegen("run", "welcome-placeholder", "--project", target, "--items", "25", *options)


def install(project: Path) -> None:
    """Give a Next.js project the packages that the tests have installed."""
    packages = project / "node_modules"
    subprocess.run(["cp", "-al", str(NODE / "node_modules"), str(packages)], check=True)
    shutil.rmtree(packages / "@upstash/workflow")
    shutil.copytree(NODE / "sdk-1/node_modules/@upstash/workflow", packages / "@upstash/workflow")


def main() -> None:
    """Run the demo in `.demo`, which is left for you to look at."""
    shutil.rmtree(DEMO, ignore_errors=True)
    DEMO.mkdir()
    scaffold()
    lint()
    run()
    say("done: look around in .demo")


if __name__ == "__main__":
    main()
