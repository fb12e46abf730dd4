"""What the SDKs and runtimes offer, by name: served functions, context methods, clocks, log methods."""

import re

from lobegen.patterns import compiled
from lobegen.read.elaborate.values import External, Instance, Shape

SERVE_NAMES = {
    "serve": "serve",
    "serveMany": "serveMany",
    "createWorkflow": "createWorkflow",
    "servePagesRouter": "servePagesRouter",
    "serveManyPagesRouter": "serveMany",
    "createWorkflowPagesRouter": "createWorkflow",
}

#: the context's methods that are steps, as written, to their neutral names; facts: runtime, "Other Python facts"
STEP_METHODS = {
    "typescript": {
        "run": "run",
        "call": "call",
        "sleep": "sleep",
        "sleepUntil": "sleep_until",
        "waitForEvent": "wait_for_event",
        "notify": "notify",
        "invoke": "invoke",
        "createWebhook": "create_webhook",
        "waitForWebhook": "wait_for_webhook",
    },
    "python": {"run": "run", "call": "call", "sleep": "sleep", "sleep_until": "sleep_until"},
}
#: attributes of the context that hold values
CONTEXT_VALUES = {
    "workflowRunId", "workflowRunCreatedAt", "url", "env", "label", "retries", "retryDelay", "failureUrl",
    "qstashClient", "flowControl", "invokeCount", "workflow_run_id", "qstash_client", "failure_url",
}  # fmt: skip

#: attributes of the context that are clients
CONTEXT_CLIENTS = {
    "qstashClient": External("@upstash/qstash", "Client()"),
    "qstash_client": External("qstash", "AsyncQStash()"),
}

_SDK = compiled(r"@upstash/(workflow|qstash)(/.*)?$|upstash_workflow(\..*)?$")
_CLOCKS = {
    ("", "Intl.DateTimeFormat().format"), ("", "Intl.DateTimeFormat().formatToParts"),
    ("", "Date.now"), ("", "performance.now"), ("", "Date"), ("dayjs", "default"), ("moment", "default"),
    ("luxon", "DateTime.now"), ("luxon", "DateTime.utc"), ("luxon", "DateTime.local"), ("", "process.hrtime"),
    ("", "process.hrtime.bigint"), ("", "process.uptime"),
    ("time", "time"), ("time", "time_ns"), ("time", "monotonic"), ("time", "perf_counter"),
    ("datetime", "datetime.now"), ("datetime", "datetime.utcnow"), ("datetime", "datetime.today"),
    ("datetime", "date.today"), ("arrow", "now"), ("arrow", "utcnow"), ("pendulum", "now"),
    ("django.utils.timezone", "now"), ("django.utils", "timezone.now"), ("time", "monotonic_ns"),
    ("time", "perf_counter_ns"), ("time", "process_time"), ("time", "strftime"), ("time", "gmtime"),
    ("time", "localtime"), ("time", "ctime"), ("time", "asctime"),
}  # fmt: skip
#: clocks only without arguments: `new Date(x)` is deterministic
_CLOCKS_WITHOUT_ARGUMENTS = {
    ("", "Intl.DateTimeFormat().format"), ("", "Intl.DateTimeFormat().formatToParts"),
    ("", "Date"), ("dayjs", "default"), ("moment", "default"), ("time", "gmtime"), ("time", "localtime"),
    ("time", "ctime"), ("time", "asctime"),
}  # fmt: skip
_RANDOM = {
    ("", "Math.random"), ("", "crypto.randomUUID"), ("", "crypto.getRandomValues"), ("crypto", "randomUUID"),
    ("crypto", "randomBytes"), ("crypto", "randomInt"), ("nanoid", "nanoid"), ("ulid", "ulid"), ("cuid", "default"),
    ("@paralleldrive/cuid2", "createId"), ("uuid", "v1"), ("uuid", "v4"), ("uuid", "v6"), ("uuid", "v7"),
    ("lodash", "shuffle"), ("lodash", "sample"), ("lodash", "sampleSize"), ("lodash", "random"),
    ("uuid", "uuid1"), ("uuid", "uuid4"), ("uuid", "uuid7"), ("secrets", "token_hex"), ("secrets", "token_urlsafe"),
    ("secrets", "token_bytes"), ("secrets", "choice"), ("secrets", "randbelow"), ("os", "urandom"),
    ("random", "random"), ("random", "randint"), ("random", "choice"), ("random", "choices"), ("random", "uniform"),
    ("tempfile", "mkdtemp"), ("tempfile", "mkstemp"), ("tempfile", "mktemp"), ("random", "shuffle"),
    ("random", "sample"), ("random", "randrange"), ("random", "getrandbits"),
    ("random", "gauss"), ("random", "normalvariate"), ("random", "expovariate"), ("random", "triangular"),
    ("random", "randbytes"), ("shortuuid", "uuid"), ("nanoid", "generate"), ("cuid", "cuid"), ("ulid", "new"),
}  # fmt: skip
#: packages that are others under another name
_NAMESAKES = {"lodash-es": "lodash", "es-toolkit": "lodash", "es-toolkit/compat": "lodash", "remeda": "lodash"}
_ENVIRONMENT = {"": compiled(r"(process|import\.meta|Deno)\.env(\.|$)"), "os": compiled(r"(environ|getenv)(\.|$)")}

_ASSERTS = compiled(r"(default|assert|ok|invariant|equal|strictEqual|deepEqual|deepStrictEqual|match)$")
_PARSES = compiled(r"(parse|parseAsync|assert|create|mask)$")
#: functions of libraries that throw for a bad value
_ASSERTIONS = {
    "assert": _ASSERTS, "assert/strict": _ASSERTS, "tiny-invariant": _ASSERTS, "ts-invariant": _ASSERTS,
    "invariant": _ASSERTS, "valibot": _PARSES, "superstruct": _PARSES,
}  # fmt: skip

LOG_LEVELS = {
    "log", "info", "warn", "warning", "error", "debug", "trace", "exception", "critical", "fatal", "success", "table",
    "time", "timeEnd", "timeLog", "group", "groupCollapsed", "groupEnd", "dir", "count", "verbose", "silly",
}  # fmt: skip
_LOGGER = compiled(r"(^|\.|_)(console|log|logger|logging|pino|winston)$", re.IGNORECASE)

#: methods that give a logger whose lines carry more than their text
BINDERS = {"child", "bind", "with", "withTag", "withScope", "withFields", "scope", "extend", "contextualize"}

#: array methods whose callback runs for each item
ITERATORS = {
    "map", "forEach", "flatMap", "filter", "find", "findIndex", "findLast", "some", "every", "reduce", "reduceRight",
    "toSorted", "sort",
}  # fmt: skip
#: functions of unknown libraries that run a callback for each item of a collection
BATCH_HELPER = compiled(r"(each|map|batch|chunk|series|parallel|concurren|limit|iterate|paginate|queue|times)", re.I)
#: methods that write a model out as an object
DUMPS = {"body", "model_dump", "model_dump_json", "dict", "json", "to_dict", "to_json", "asdict"}
#: methods that put a value into a collection
ADDERS = {"push", "append", "unshift", "add", "insert", "extend", "set"}

VALIDATOR = compiled(
    r"^(parse(_obj|_raw|Async|_python)?|safeParse(Async)?|validate\w*|assert\w*|model_validate\w*|check\w*|ensure\w*|"
    r"is[A-Z_]\w*|normali[sz]e\w*|coerce\w*|sanitize\w*|parse[A-Z_]\w*|decode\w*|invariant|must\w*|require\w+)$"
)
#: names of project functions that start runs
STARTS = compiled(r"^_?(trigger|start|enqueue|publish|dispatch|schedule)([A-Z_].*)?$")
#: methods of schema libraries that throw for a bad value
THROWING_VALIDATORS = {
    "parse", "parseAsync", "parse_obj", "model_validate", "model_validate_json", "validate_python", "validateSync",
    "assert", "validate_json", "parse_raw",
}  # fmt: skip


def is_assertion(external: External) -> bool:
    """Whether a function of a library throws unless what it is given holds."""
    pattern = _ASSERTIONS.get(_plain(external.specifier))
    return pattern is not None and pattern.match(external.path.removeprefix("default.")) is not None


def is_sdk(external: External) -> bool:
    """Whether it comes from a workflow SDK, the legacy `@upstash/qstash/*` entries included."""
    return bool(_SDK.match(external.specifier))


def served_by(external: External) -> str | None:
    """The neutral name of the function that serves, if this is one (TypeScript)."""
    if not external.specifier.startswith("@upstash/") or not is_sdk(external):
        return None
    return SERVE_NAMES.get(external.path)


def serves(shape: Shape | None) -> bool:
    """Whether a value is the SDK's serve function, or an object of Python's `Serve`, for others to import."""
    if isinstance(shape, Instance) and isinstance(shape.of, External):
        return is_serve(shape.of)
    return isinstance(shape, External) and served_by(shape) is not None


def is_serve(external: External) -> bool:
    """Whether it is Python's class `Serve`."""
    return is_sdk(external) and external.path.rsplit(".", 1)[-1] == "Serve"


def framework_of(specifier: str) -> str:
    """The framework in a specifier: "@upstash/workflow/nextjs" and "@upstash/workflow/dist/nextjs" are "nextjs"."""
    parts = [part for part in specifier.replace("upstash_workflow.", "upstash_workflow/").split("/") if part != "dist"]
    rest = parts[2:] if specifier.startswith("@") else parts[1:]
    return rest[0] if rest else ""


def is_client(external: External) -> bool:
    """Whether it is a client class that starts runs or publishes messages."""
    if external.specifier.startswith("@upstash/"):
        return is_sdk(external) and external.path == "Client"
    return external.specifier.split(".")[0] == "qstash" and external.path.rsplit(".", 1)[-1] in {
        "QStash",
        "AsyncQStash",
    }


def is_abort(external: External) -> bool:
    """Whether it is the SDK's abort class; 0.x calls it `WorkflowAbort` too, the legacy SDK `QStashWorkflowAbort`."""
    return is_sdk(external) and external.path.rsplit(".", 1)[-1] in {"WorkflowAbort", "QStashWorkflowAbort"}


def is_non_retryable(external: External) -> bool:
    """Whether it is the SDK's error that ends a run at once (TypeScript)."""
    return is_sdk(external) and external.path.rsplit(".", 1)[-1] == "WorkflowNonRetryableError"


def is_clock(external: External, arguments: int) -> bool:
    """Whether a call of it reads the time of day."""
    key = (_plain(external.specifier), external.path)
    if key not in _CLOCKS and not (key[0] == "datetime" and external.path in {"now", "utcnow", "today"}):
        return False
    return not (arguments and key in _CLOCKS_WITHOUT_ARGUMENTS) and not (arguments > 1 and key == ("time", "strftime"))


def is_random(external: External) -> bool:
    """Whether a call of it makes a random value or a fresh id."""
    return (_plain(external.specifier), external.path.removeprefix("default.")) in _RANDOM


def is_environment(external: External) -> bool:
    """Whether it is, or belongs to, the environment."""
    pattern = _ENVIRONMENT.get(_plain(external.specifier))
    return pattern is not None and pattern.match(external.path) is not None


def is_logger(callee: str) -> bool:
    """Whether a dotted callee is a log method: `console.info`, `logger.warning`, `print`."""
    if callee == "print":
        return True
    receiver, _, method = callee.rpartition(".")
    return method in LOG_LEVELS and bool(_LOGGER.search(receiver))


def _plain(specifier: str) -> str:
    return _NAMESAKES.get(specifier, specifier.removeprefix("node:"))
