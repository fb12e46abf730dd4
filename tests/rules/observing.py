"""Runs the examples of rules' pages on the local QStash, with the real SDKs, and writes down what happens."""

import ast
import json
import os
import re
import subprocess
import sys
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from markdown_cases import Case, cases

from lobegen.qstash.testing import LocalQStash, RunView
from lobegen.rules import all_rules
from lobegen.rules.documentation import documentation

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
#: The SDK for Python has no client: a run is started with its own feature set.
_PYTHON_FEATURES = {"Upstash-Feature-Set": "LazyFetch,InitialBody,WF_DetectTrigger"}
_OTHERS = ("failureCall", "toCallback")
_WORD = re.compile(r"(?<![.\w'\"`@/-])[A-Za-z_]\w*")
_VOLATILE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|wfr_\w+|\d{10,}|http://127\.0\.0\.1:\d+|0x[0-9a-f]{6,}"
)
_TS_HANDLER = re.compile(r"(async \(context\) => \{)")
_PY_HANDLER = re.compile(r"(@serve\.post\([^\n]*\n(?:async )?def \w+\(context\):\n)", re.DOTALL)


@dataclass(frozen=True)
class Setting:
    """How the examples of one rule are run.

    Attributes:
        payload: What the run is started with.
        values: What functions that an example leaves open give; `{"constant": …}` for a name that is no function.
        hours: What the hour of the day is at each beginning of the handler.
        pauses: How many milliseconds an open function takes, by its first argument.
        note: What the page says of all this.
        leave_out: Languages whose examples are not run.
    """

    payload: object = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    hours: tuple[int, ...] = ()
    pauses: Mapping[str, int] = field(default_factory=dict)
    leave_out: tuple[str, ...] = ()
    note: str = ""


#: rule -> how its examples are run. A rule that is not here has nothing that a single run would show, or its examples race
#: with their own deliveries, so that no two runs need be alike; likewise what is left out of unawaited-step and promise-race.
SETTINGS = {
    "abort-matched-by-name": Setting(),
    "called-step-function": Setting(),
    "await-before-parallel-step": Setting(
        values={"listIds": ["ada", "bob"]},
        pauses={"ada": 1, "bob": 300},
        note="`loadUser` takes 1 ms for ada, 300 ms for bob",
    ),
    "floating-promise-in-step": Setting(leave_out=("typescript",)),
    "effect-in-finally": Setting(),
    "effect-on-abort": Setting(),
    "nested-step": Setting(),
    "nondeterminism-outside-step": Setting(note="`#1` and `#2` are two random ids"),
    "nondeterministic-control-flow": Setting(
        hours=(8, 8, 9), note="the hour is 8 until the handler has begun twice, then 9"
    ),
    "promise-race": Setting(leave_out=("python",)),
    "return-before-first-step": Setting(),
    "side-effect-outside-step": Setting(),
    "stepless-workflow": Setting(),
    "swallowed-abort": Setting(),
    "throw-before-first-step": Setting(),
    "unawaited-step": Setting(leave_out=("typescript",)),
    "unchecked-outcome": Setting(
        values={"PRICES": {"constant": "{host}/__fails"}}, note="what is called answers 500", leave_out=("python",)
    ),
    "unknown-context-method": Setting(),
    "unknown-serve-argument": Setting(leave_out=("right",)),
    "unnamed-step": Setting(),
    "unstable-step-name": Setting(payload={"day": "monday"}),
    "unvalidated-payload": Setting(),
    "wrong-time-unit": Setting(),
}


def call(url: str, body: object = None) -> Any:
    """One request to a host; its JSON, with the key `error` where it failed."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        return json.loads(error.read())


@contextmanager
def serving(command: list[str], folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """A host as a process; its address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QSTASH_", "UPSTASH_"))}
    settings = kept | {**environment, "DO_NOT_TRACK": "1"}
    with subprocess.Popen(
        command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield process.stdout.readline().strip()
        finally:
            process.kill()


@dataclass(frozen=True)
class Stage:
    """A local QStash, and the hosts by language; TypeScript sources are written to a folder from which SDKs are found."""

    qstash: LocalQStash
    hosts: Mapping[str, str]
    folder: Path


@contextmanager
def stage(folder: Path) -> Iterator[Stage]:
    """Servers for the examples.

    Args:
        folder: An empty one.
    """
    (folder / "package.json").write_text('{"type": "module"}')
    (folder / "node_modules").symlink_to(NODE / "sdk-1" / "node_modules")
    tsx = [str(NODE / "node_modules" / ".bin" / "tsx"), str(HERE / "example_host.mts")]
    with (
        LocalQStash(virtual_clock=True) as qstash,
        serving(tsx, folder, qstash.environment) as typescript,
        serving([sys.executable, str(HERE / "example_host.py")], folder, qstash.environment) as python,
    ):
        yield Stage(qstash, {"typescript": typescript, "python": python}, folder)


def observed_rules() -> list[str]:
    """The rules whose examples are run."""
    return sorted(SETTINGS)


def missing() -> str:
    """Why the examples in TypeScript cannot be run; empty when they can."""
    return "" if (NODE / "node_modules").is_dir() else f"no packages in {NODE}: run `npm ci` there"


def sdks() -> dict[str, str]:
    """Which SDK the examples run with, by language."""
    package = json.loads((NODE / "sdk-1/node_modules/@upstash/workflow/package.json").read_text())
    return {
        "typescript": f"@upstash/workflow {package['version']}",
        "python": f"upstash-workflow {version('upstash-workflow')}",
    }


def observe(rule: str, on: Stage) -> list[dict[str, object]]:
    """What the examples of a rule do, each run once."""
    setting = SETTINGS[rule]
    text = documentation(next(each for each in all_rules() if each.name == rule)).examples
    found = []
    for number, case in enumerate(cases(text)):
        if case.language in setting.leave_out or ("right" in setting.leave_out and not case.expected):
            continue
        found.append(
            {"example": case.title, "language": case.language, "payload": setting.payload, "note": setting.note}
            | _observe(case, setting, on, f"{rule}-{number}")
        )
    return found


def _observe(case: Case, setting: Setting, on: Stage, name: str) -> dict[str, object]:
    host, known = on.hosts[case.language], len(on.qstash.runs())
    values = json.loads(json.dumps(dict(setting.values)).replace("{host}", host))
    asked = {"values": values, "hours": setting.hours, "pauses": dict(setting.pauses)}
    if case.language == "python":
        loaded = call(f"{host}/__load", asked | _python(case))
    else:
        loaded = call(f"{host}/__load", asked | _typescript(case, on.folder, name))
    if "error" in loaded:
        return {"refused": loaded["error"]}
    url = host + loaded.get("path", f"/{name}")
    started = on.qstash.now()
    if case.language == "python":
        on.qstash.trigger(url, setting.payload, headers=_PYTHON_FEATURES)
    else:
        call(f"{host}/__trigger", {"url": url, "body": setting.payload})
    on.qstash.wait_until_idle(30)
    [run] = on.qstash.runs()[known:]
    done = call(f"{host}/__done")
    return _described(run, done, on.qstash.now() - started)


def _python(case: Case) -> dict[str, object]:
    [source] = case.files.values()
    tree = ast.parse(source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    marked, count = _PY_HANDLER.subn(r"\1    __began()\n", source)
    assert count == 1, source
    return {"source": marked, "names": sorted(names)}


def _typescript(case: Case, folder: Path, name: str) -> dict[str, object]:
    [source] = [text for path, text in case.files.items() if path.endswith(".ts")]
    source, count = _TS_HANDLER.subn(r"\1 __began();", re.sub(r"async \((context)\) =>", r"async (\1) =>", source))
    assert count == 1, source
    for names, module in re.findall(r"import \{ ([^}]+) \} from \"(\./\w+)\"", source):
        lines = (
            f"export const {each.strip()} = (globalThis as any).__thing('{each.strip()}');" for each in names.split(",")
        )
        (folder / f"{module}.ts").write_text("\n".join(lines))
    file = folder / f"{name}.ts"
    file.write_text(source)
    return {"file": str(file), "names": sorted(set(_WORD.findall(source)))}


def _described(run: RunView, done: dict[str, Any], milliseconds: int) -> dict[str, object]:
    seen: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        return f"#{seen.setdefault(match[0], len(seen) + 1)}"

    calls = (f"{each['name']}({', '.join(map(_argument, each['args']))})" for each in done["calls"])
    work = Counter(_VOLATILE.sub(numbered, each) for each in calls)
    return {
        "state": run.state.removeprefix("RUN_").lower(),
        "seconds": round(milliseconds / 1000),
        "began": done["began"],
        "work": sorted([name, count] for name, count in work.items()),
        "answers": sorted([status, said, count] for (status, said), count in Counter(_answers(run)).items()),
    }


def _answers(run: RunView) -> Iterator[tuple[int, str]]:
    """What the workflow answered, and what it said was wrong; calls of others and of failure functions apart."""
    for delivery in run.deliveries:
        if delivery.url == run.workflow_url and delivery.call_type not in _OTHERS:
            said = _VOLATILE.sub("…", _said(delivery.response_body)) if delivery.status >= 300 else ""
            yield delivery.status, said


def _argument(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return text if len(text) <= 40 else text[:39] + "…"


def _said(body: bytes) -> str:
    """What an answer says is wrong, in one line."""
    try:
        said = json.loads(body)
    except ValueError:
        said = body.decode("utf-8", "replace")
    text = said.get("message") or said.get("error") or "" if isinstance(said, dict) else said
    return " ".join(str(text).split())
