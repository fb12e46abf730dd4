"""Whether upstream's own integration routes, which run against production there, are called as often by `lobegen dev`.

    python bench/upstream_routes.py CHECKOUT [--app URL] [--latency MS] [--rounds N]

CHECKOUT is a checkout of github.com/upstash/workflow-js, anywhere beside this project. Its application `examples/ci` is
started by you, as its README says, in another terminal: this script prints the variables to set for it, and waits.
Nothing of it is copied or changed. The routes call https://mock.httpstatus.io, which needs the internet; without, let
the checkout call the address that is printed instead. Exit code 1 when fewer than 23 of the 24 are called exactly as
often as upstream expects.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from redis_stand_in import RedisStandIn

NEEDED = 23
#: Milliseconds: the SDK rounds `sleepUntil` to whole seconds, and upstream's `sleep` counts on a slow network
LATENCY = 600
#: Seconds that somebody may take to start the application, and that a route may take
PATIENCE, ROUTE_PATIENCE = 600, 90
QSTASH_PORT, REDIS_PORT = 8080, 8079
PACKAGES = Path(__file__).parents[1] / "tests" / "node" / "sdk-1"
TRIGGER = Path(__file__).with_name("upstream_trigger.mjs")
ANYTHING = "__ANY_STRING_PLACEHOLDER_9d8f7e6c5b4a__"


@dataclass(frozen=True)
class Outcome:
    """How often a route was called, and whether it ended as it should."""

    route: str
    expected: int
    calls: int
    problem: str = ""

    @property
    def is_met(self) -> bool:
        """Whether all is as upstream expects."""
        return not self.problem and self.calls == self.expected


def main() -> int:
    """Run all routes at once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkout", type=Path, nargs="?", default=Path("../workflow-js"))
    parser.add_argument("--app", default="http://localhost:3001", help="where the application of the checkout listens")
    parser.add_argument("--latency", type=int, default=LATENCY, help="milliseconds that each message is on its way")
    parser.add_argument("--rounds", type=int, default=1)
    given = parser.parse_args()
    constants = given.checkout / "examples" / "ci" / "app" / "ci" / "constants.ts"
    if not constants.is_file():
        print(
            f"skipped: {given.checkout} is no checkout of github.com/upstash/workflow-js; clone it and name the folder"
        )
        return 0
    if not PACKAGES.joinpath("node_modules").is_dir():
        print("skipped: the SDK is not installed; run `make test` once")
        return 0
    routes = re.findall(r'^    route: "([^"]+)"', constants.read_text(encoding="utf-8"), re.MULTILINE)
    redis = RedisStandIn(REDIS_PORT)
    threading.Thread(target=redis.serve_forever, daemon=True).start()
    with qstash(given.latency) as settings:
        announce(settings, redis, given.app)
        await_app(given.app, routes[0])
        return max(one_round(given.app, routes, settings, redis) for _ in range(given.rounds))


def one_round(app: str, routes: list[str], settings: dict[str, str], redis: RedisStandIn) -> int:
    """Run all routes; 1 when too few are as expected."""
    with ThreadPoolExecutor(len(routes)) as pool:
        outcomes = list(pool.map(lambda route: run(app, route, settings, redis), routes))
    for each in outcomes:
        print(f"{each.route:45} {each.expected:3} {each.calls:3}  {each.problem}")
    met = sum(each.is_met for each in outcomes)
    print(f"{met} of {len(outcomes)} as upstream expects (at least {NEEDED} wanted)", flush=True)
    return int(met < NEEDED)


@contextmanager
def qstash(latency: int) -> Iterator[dict[str, str]]:
    """A `lobegen dev`, and the variables that it says."""
    command = [str(Path(sys.executable).with_name("lobegen")), "dev", "--port", str(QSTASH_PORT), "--allow-remote"]
    with tempfile.NamedTemporaryFile("w+", encoding="utf-8") as log:
        server = subprocess.Popen([*command, "--latency", str(latency)], stdout=log)
        try:
            while "Stop with" not in (text := Path(log.name).read_text(encoding="utf-8")):
                if server.poll() is not None:
                    raise SystemExit(text)
                time.sleep(0.05)
            yield dict(re.findall(r"^  (QSTASH_\w+)=(.*)$", text, re.MULTILINE))
        finally:
            server.terminate()
            server.wait()


def announce(settings: dict[str, str], redis: RedisStandIn, app: str) -> None:
    """Say what the application needs; no signing keys: one route calls another one itself, unsigned."""
    needed = {name: value for name, value in settings.items() if "SIGNING" not in name}
    needed |= {"UPSTASH_WORKFLOW_URL": app}
    needed |= {"UPSTASH_REDIS_REST_URL": redis.url, "UPSTASH_REDIS_REST_TOKEN": "not-used-by-anybody"}
    print(f"Start examples/ci of the checkout so that it answers at {app}, with:\n")
    print("\n".join(f"  {name}={value}" for name, value in needed.items()))
    print(
        f"\nWithout the internet, let it call {redis.url}/status/ instead of https://mock.httpstatus.io/.", flush=True
    )


def await_app(app: str, route: str) -> None:
    """Return when the application answers.

    Raises:
        SystemExit: It does not.
    """
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            with urlopen(f"{app}/test-routes/{route}", timeout=60):
                return
        except (URLError, OSError):
            time.sleep(0.5)
    raise SystemExit(f"nothing answers at {app}; start the application, or say where it is with --app")


def run(app: str, route: str, settings: dict[str, str], redis: RedisStandIn) -> Outcome:
    """Start one route's workflow and wait for what it writes down at its end."""
    url = f"{app}/test-routes/{route}"
    with urlopen(url, timeout=PATIENCE) as answer:
        asked = json.load(answer)
    mark = f"{time.monotonic_ns() % 10**9}"
    headers = {"Ci-Test-Id": mark, "Ci-Test-Route": route} | asked.get("headers", {})
    options = {"url": url, "headers": headers} | asked.get("triggerConfig", {})
    options |= {"body": asked["payload"]} if "payload" in asked else {}
    command = ["node", str(TRIGGER), str(PACKAGES), json.dumps(options)]
    subprocess.run(command, env=dict(os.environ) | settings, check=True)
    end = time.monotonic() + ROUTE_PATIENCE
    while (kept := redis.kept.get(f"wf-result-{route}-{mark}")) is None and time.monotonic() < end:
        time.sleep(0.1)
    if not isinstance(kept, str):
        return Outcome(
            route, asked["expectedCallCount"], int(str(redis.kept.get(f"wf-increment-{route}-{mark}", 0))), "no result"
        )
    found = json.loads(kept)
    wanted = ".*".join(re.escape(part) for part in asked["expectedResult"].split(ANYTHING))
    problem = "" if re.fullmatch(wanted, found["result"], re.DOTALL) else f"result {found['result']}"
    problem = "marked as failed" if f"wf-fail-{route}-{mark}" in redis.kept else problem
    return Outcome(route, asked["expectedCallCount"], found["callCount"], problem)


if __name__ == "__main__":
    raise SystemExit(main())
