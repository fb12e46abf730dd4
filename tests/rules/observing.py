"""Runs the examples of rules' pages on the local QStash, with the real SDKs, and writes down what happens."""

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
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from example_sources import example_of
from markdown_cases import Case, cases
from observed_settings import SETTINGS, Setting

from lobegen.qstash.testing import LocalQStash, RunView
from lobegen.rules import all_rules
from lobegen.rules.documentation import documentation

HERE = Path(__file__).parent
NODE = HERE.parent / "node"
#: The SDK for Python has no client: a run is started with its own feature set.
_PYTHON_FEATURES = {"Upstash-Feature-Set": "LazyFetch,InitialBody,WF_DetectTrigger"}
_OTHERS = ("failureCall", "toCallback")
_VOLATILE = re.compile(
    r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{4,}|\d{10,}"
    r"|wfr_\w+|http://127\.0\.0\.1:\d+|0x[0-9a-f]{6,}"
)


def call(url: str, body: object = None) -> Any:  # noqa: ANN401
    """One request to a host; its JSON, with the key `error` where it failed."""
    return json.loads(call_raw(url, body)[1])


def call_raw(url: str, body: object = None) -> tuple[int, bytes]:
    """One request; status and body of its answer."""
    content = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, content, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


@contextmanager
def serving(command: list[str], folder: Path) -> Iterator[str]:
    """A host as a process; its address."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("QSTASH_", "UPSTASH_"))}
    # the SDK for Python reads all root certificates at every delivery
    settings = kept | {"DO_NOT_TRACK": "1", "SSL_CERT_FILE": "", "SSL_CERT_DIR": str(folder)}
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
    """The hosts by language; TypeScript sources go to a folder from which SDKs are found."""

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
    # Node itself: its usual starter, `tsx`, would leave it running when killed
    loader = (NODE / "node_modules/tsx/dist/loader.mjs").resolve().as_uri()
    tsx = ["node", "--import", loader, str(HERE / "example_host.mts")]
    with serving(tsx, folder) as typescript, serving([sys.executable, str(HERE / "example_host.py")], folder) as python:
        yield Stage({"typescript": typescript, "python": python}, folder)


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
        with LocalQStash(virtual_clock=True) as qstash:
            seen = _observe(case, setting, qstash, on.hosts[case.language], on.folder / f"{rule}-{number}")
        payload = None if setting.starter else setting.payload
        told = {"example": case.title, "language": case.language, "payload": payload, "note": setting.note}
        found.append(told | seen)
    return found


def _observe(case: Case, setting: Setting, qstash: LocalQStash, host: str, folder: Path) -> dict[str, object]:
    values = json.loads(json.dumps(dict(setting.values)).replace("{host}", host))
    asked = {"values": values, "hours": setting.hours, "pauses": dict(setting.pauses), "dying": setting.dying}
    asked["deploy"] = setting.deploy.get(case.language, 0)
    address = "" if setting.third is None else host + setting.third
    example = example_of(case, folder, address, qstash.token)
    loaded = call(f"{host}/__load", asked | example.loaded | {"environment": qstash.environment})
    if "error" in loaded:
        return {"refused": loaded["error"].replace(f" imported from {folder}/route.ts", "")}
    url = host + loaded.get("path", example.path).replace("[...any]", setting.entry)
    if setting.forged:
        return _forged(url, setting.payload, qstash) | _done(call(f"{host}/__done"))
    started = qstash.now()
    starter = setting.starter.get(case.language, "")
    if example.starter or starter:
        asked = {"file": example.starter or example.loaded.get("file"), "name": starter}
        call(f"{host}/__start", asked | {"arguments": setting.arguments})
    elif case.language == "python":
        qstash.trigger(url, setting.payload, headers=_PYTHON_FEATURES)
    else:
        call(f"{host}/__trigger", {"url": url, "body": setting.payload})
    qstash.wait_until_idle(60)
    runs = sorted(qstash.runs(), key=lambda each: each.workflow_url != url)
    seen = (_described(runs[0], started) if runs else {}) | _done(call(f"{host}/__done"))
    seen |= {"limited": _limited(runs[0])} if setting.limited else {}
    seen |= {"handlers": example.handlers} if example.handlers > 1 else {}
    seen |= {"started": len(runs) - 1} if runs[1:] else {}
    return seen | ({"messages": messages} if (messages := _messages(qstash)) else {})


def _messages(qstash: LocalQStash) -> list[list[str | int]]:
    """What was sent to other places than workflows: path, status, and how often it was answered so."""
    workflows = {each.workflow_url for each in qstash.runs()}
    others = [each for each in qstash.deliveries() if not each.run_id and each.url not in workflows]
    answers = Counter((urlsplit(each.url).path.removeprefix("/__works"), each.status) for each in others)
    return sorted([path, status, count] for (path, status), count in answers.items())


def _forged(url: str, payload: object, qstash: LocalQStash) -> dict[str, object]:
    """What a request is answered that QStash did not sign, and how many runs it started."""
    status, body = call_raw(url, payload)
    qstash.wait_until_idle(60)
    said = _VOLATILE.sub("…", _said(body)) if status >= 300 else ""
    return {"answers": [[status, said, 1]], "started": len(qstash.runs())}


def _described(run: RunView, started: int) -> dict[str, object]:
    ended = max(delivery.finished_at for delivery in run.deliveries if delivery.call_type not in _OTHERS)
    return {
        "state": run.state.removeprefix("RUN_").lower(),
        "seconds": round((ended - started) / 1000),
        "result": run.response,
        "answers": sorted([status, said, count] for (status, said), count in Counter(_answers(run)).items()),
    }


def _done(done: dict[str, Any]) -> dict[str, object]:
    seen: dict[str, int] = {}

    def numbered(match: re.Match[str]) -> str:
        return f"#{seen.setdefault(match[0], len(seen) + 1)}"

    calls = (f"{each['name']}({', '.join(map(_argument, each['args']))})" for each in done["calls"])
    work = Counter(_VOLATILE.sub(numbered, each) for each in calls)
    return {"began": done["began"], "work": sorted([name, count] for name, count in work.items())}


def _limited(run: RunView) -> int:
    """How many deliveries of a run were under flow control."""
    return sum(each.flow_control is not None for each in run.deliveries if each.call_type not in _OTHERS)


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
