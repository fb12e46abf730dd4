"""The recorded programs as projects to lint, and what each of them must be found for."""

import ast
import json
import re
from dataclasses import dataclass
from pathlib import Path

RECORDED = Path(__file__).parents[1] / "qstash"

#: every program that misbehaves for a reason in the catalogue, by language
MISBEHAVES: dict[str, dict[str, str]] = {
    "typescript": {
        "returnEarly": "return-before-first-step",
        "returnEarlyFF": "return-before-first-step",
        "dryRunBefore": "return-before-first-step",
        "throwEarly": "throw-before-first-step",
        "throwEarlyFF": "throw-before-first-step",
        "nosteps": "stepless-workflow",
        "emptyStepName": "unnamed-step",
        "tryCatch": "swallowed-abort",
        "tryCatchTwo": "swallowed-abort",
        "tryCatchRealError": "swallowed-abort",
        "tryCatchSecondOnly": "swallowed-abort",
        "tryCatchContinue": "swallowed-abort",
        "promiseCatch": "swallowed-abort",
        "allSettled": "swallowed-abort",
        "allSettledAfter": "swallowed-abort",
        "tryFinally": "effect-in-finally",
        "race": "promise-race",
        "notAwaited": "unawaited-step",
        "notAwaitedEnd": "unawaited-step",
        "notAwaitedOnly": "unawaited-step",
        "notAwaitedForEach": "unawaited-step",
        "dupSeq": "duplicate-step-name",
        "dupPar": "duplicate-step-name",
        "dupMixed": "duplicate-step-name",
        "dupReorder": "duplicate-step-name",
        "dupShrink": "duplicate-step-name",
        "dateName": "unstable-step-name",
        "randomName": "unstable-step-name",
        "randomNameOnlyOne": "unstable-step-name",
        "nested": "nested-step",
        "nestedLate": "nested-step",
        "nestedSleep": "nested-step",
        "parallelAwaitBetween": "await-before-parallel-step",
        "outerVariable": "mutation-in-step",
        "serialize": "unserializable-step-result",
        "bigint": "unserializable-step-result",
        "validateThenCall": "guard-rejects-call-result",
    },
    "python": {
        "returnEarly": "return-before-first-step",
        "returnEarlyFF": "return-before-first-step",
        "throwEarly": "throw-before-first-step",
        "cancelEarly": "unknown-context-method",
        "cancelAfterStep": "unknown-context-method",
        "nosteps": "stepless-workflow",
        "emptyName": "unnamed-step",
        "tryCatch": "swallowed-abort",
        "tryCatchSecond": "swallowed-abort",
        "bareExcept": "swallowed-abort",
        "suppress": "swallowed-abort",
        "gatherExc": "swallowed-abort",
        "tryFinally": "effect-in-finally",
        "dupSeq": "duplicate-step-name",
        "gather": "parallel-step-in-python",
        "gatherAfter": "parallel-step-in-python",
        "taskgroup": "parallel-step-in-python",
        "asCompleted": "parallel-step-in-python",
        "createTask": "parallel-step-in-python",
        "notAwaited": "unawaited-step",
        "notAwaitedEnd": "unawaited-step",
        "nested": "nested-step",
        "dateName": "unstable-step-name",
        "callFail": "unchecked-outcome",
        "parserCall": "guard-rejects-call-result",
        "validateThenCall": "guard-rejects-call-result",
        "nonRetryThenCall": "guard-rejects-call-result",
        "ser_date": "unserializable-step-result",
        "ser_set": "unserializable-step-result",
        "ser_bytes": "unserializable-step-result",
        "ser_dc": "unserializable-step-result",
        "ser_decimal": "unserializable-step-result",
        "ser_uuid": "unserializable-step-result",
        "ser_enum": "unserializable-step-result",
        "ser_cls": "unserializable-step-result",
        "ser_gen": "unserializable-step-result",
    },
}
#: under one SDK only
MISBEHAVES_UNDER = {"js023": {"schemaCall": "guard-rejects-call-result"}, "js133": {}, "py": {}}
_AS_TOLD = "its step, guard or parser refuses what it was given, which is what it is for"
_CHANGING = "what changes between deliveries is in memory that others fill; a cache looks the same"
#: what fails on record and is right to be silent about
EXCEPTIONS = {
    **dict.fromkeys(("throwInStep", "throwInStepFF", "nonRetryInStep", "retryAfter"), _AS_TOLD),
    **dict.fromkeys(("nonRetryEarly", "nonRetryEarlyFF", "nonRetryAfterStep", "throwAfterStep"), _AS_TOLD),
    **dict.fromkeys(("retr", "retrFF", "boomFirstFF"), _AS_TOLD),
    **dict.fromkeys(("schema", "schemaFF", "parserThrows", "parserNonRetry"), _AS_TOLD),
    **dict.fromkeys(("randomBranch",), _CHANGING),
    **dict.fromkeys(("uniqReorder", "uniqShrink"), "asks `context.steps`, which is private to the SDK"),
    "emptyArrayPar": "maps over a list that is written empty: a test's way to say that a list may be empty",
    "circular": "an object that holds itself: nothing in it is of a kind that JSON lacks",
}
SDKS = {"js023": ("typescript", "0.2.23"), "js133": ("typescript", "1.3.3"), "py": ("python", "2.0.0")}


@dataclass(frozen=True)
class Program:
    """One recorded program under one SDK.

    Attributes:
        line: The line of the host file that serves it.
        failed: Whether some run of it failed, or some delivery was answered with an error.
    """

    sdk: str
    name: str
    line: int
    failed: bool

    @property
    def language(self) -> str:
        return SDKS[self.sdk][0]

    @property
    def expected(self) -> str | None:
        """The rule that must find it."""
        return MISBEHAVES_UNDER[self.sdk].get(self.name) or MISBEHAVES[self.language].get(self.name)

    def __str__(self) -> str:
        return f"{self.sdk}-{self.name}"


def programs(sdk: str) -> list[Program]:
    """The programs that were recorded under one SDK."""
    rows = json.loads((RECORDED / "vectors.json").read_text(encoding="utf-8"))
    ends: dict[str, list[bool]] = {}
    for row in rows:
        if row["sdk"] == sdk:
            states = [state for state, *_ in row["runs"]]
            answers = [int(delivery.split()[1]) for delivery in row["deliveries"]]
            ends.setdefault(row["workflow"], []).append("RUN_FAILED" in states or any(code >= 400 for code in answers))
    text, lines = host(sdk), {}
    for number, line in enumerate(text.splitlines(), start=1):
        if served := re.match(r"export const (\w+) = WF\.serve|serve\.post\(\"/(\w+)\"", line):
            lines[served[1] or served[2]] = number
    return [Program(sdk, name, lines[name], any(failed)) for name, failed in ends.items()]


def files(sdk: str) -> dict[str, str]:
    """A project that serves every program of one SDK."""
    language, version = SDKS[sdk]
    if language == "python":
        source = (RECORDED / "python_workflows.py").read_text(encoding="utf-8")
        return {
            "requirements.txt": f"upstash-workflow=={version}\n",
            "python_workflows.py": source,
            "host.py": host(sdk),
        }
    return {
        "package.json": json.dumps({"dependencies": {"@upstash/workflow": version}}),
        "workflows.mjs": (RECORDED / "workflows.mjs").read_text(encoding="utf-8"),
        "host.ts": host(sdk),
    }


def host(sdk: str) -> str:
    """A module that serves every program, one a line, as hosts in tests/qstash do in a loop."""
    return _python_host() if sdk == "py" else _typescript_host()


def _typescript_host() -> str:
    source = (RECORDED / "workflows.mjs").read_text(encoding="utf-8")
    names = re.findall(r"^    (\w+): \[", source, re.MULTILINE)
    given = "WF, z, base: 'https://example.com', note: (effect) => effects.push(effect), deliveriesOf, weather"
    return "\n".join(
        [
            "import * as WF from '@upstash/workflow';",
            "import { z } from 'zod';",
            "import { makeWorkflows } from './workflows.mjs';",
            "const effects = [];",
            "const weather = { fair: true };",
            "const deliveries = new Map();",
            "const deliveriesOf = (context) => deliveries.get(context.workflowRunId);",
            f"const made = makeWorkflows({{ {given} }});",
            *(f"export const {name} = WF.serve(made.{name}[0], made.{name}[1]);" for name in names),
        ]
    )


def _python_host() -> str:
    tree = ast.parse((RECORDED / "python_workflows.py").read_text(encoding="utf-8"))
    served: list[str] = []
    for node in tree.body:
        if isinstance(node, ast.AsyncFunctionDef):
            served += [_served(each, node.name) for each in node.decorator_list]
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and node.value.args:
            served.append(_served(node.value.func, ast.unparse(node.value.args[0])))
        elif isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "UNSERIALIZABLE":
            assert isinstance(node.value, ast.Dict)
            for key, value in zip(node.value.keys, node.value.values, strict=True):
                assert isinstance(key, ast.Constant)
                served.append(f'serve.post("/ser_{key.value}")(returning({ast.unparse(value)}))')
    return "\n".join(
        [
            "from fastapi import FastAPI",
            "from upstash_workflow.fastapi import Serve",
            "from python_workflows import *",
            "serve = Serve(FastAPI())",
            *served,
        ]
    )


def _served(registered: ast.expr, handler: str) -> str:
    """`workflow("name", …)` of a handler, as `serve.post("/name", …)`."""
    assert isinstance(registered, ast.Call), ast.unparse(registered)
    assert isinstance(registered.args[0], ast.Constant)
    options = [f"{each.arg}={ast.unparse(each.value)}" for each in registered.keywords if each.arg != "flow_control"]
    return f'serve.post("/{registered.args[0].value}", {", ".join(options)})({handler})'
