"""One run from start to finish: local QStash, application, trigger, waiting; nothing of it is left behind."""

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from lobegen.model.project import Layer
from lobegen.qstash.clock import RealClock, SkippingClock
from lobegen.qstash.testing import LocalQStash
from lobegen.running.application import ProgramError, await_application, free_port, last_lines
from lobegen.running.commands import commands_of
from lobegen.running.environment import demo_of, environment_of
from lobegen.running.outcome import Crash, Outcome, outcome_of, statistics_of
from lobegen.running.program import Program
from lobegen.running.project import Runnable
from lobegen.running.signals import Interruptions
from lobegen.running.tally import Tally

_INTERVAL = 0.1
_RUN_ID = re.compile(r"wfr_\S+")


@dataclass(frozen=True, slots=True)
class Setup:
    """How a workflow is to be run.

    Attributes:
        items: How many demo items a fresh embedded database gets; None to work on what is there.
        speed: How fast QStash's time runs; None for real time less all waiting.
        serve: A command of the user's own for the application; `{port}` in it is replaced.
        production: Next.js only: build it and serve the build.
        allow_remote: Whether destinations on other machines are called.
        faults: What shall go wrong, as `LocalQStash` has it.
        seed: Chooses the deliveries that faults happen to.
    """

    items: int | None = None
    speed: float | None = None
    serve: str = ""
    production: bool = False
    allow_remote: bool = False
    faults: tuple[str, ...] = ()
    seed: int = 0


class Session:
    """A local QStash with the application behind it.

    Args:
        qstash: Serves.
        application: Runs and answers.
        tally: Observes the QStash.
        start: Makes the program that starts the workflow, from its options.
    """

    def __init__(
        self,
        qstash: LocalQStash,
        application: Program,
        tally: Tally,
        start: Callable[[tuple[str, ...]], Program],
    ) -> None:
        self.tally = tally
        self._qstash = qstash
        self.application = application
        self._start = start

    @property
    def qstash_url(self) -> str:
        """Where the local QStash is."""
        return self._qstash.url

    def run(self, options: tuple[str, ...], show: Callable[[Tally, int | None], None]) -> Outcome:
        """Start the workflow by its start command and wait until nothing is left to do.

        Args:
            options: Of the start command, as `switches` gives them.
            show: Is called several times a second with the counts and, once it is known, how many items there are.

        Raises:
            ProgramError: The start command failed.
        """
        began, clock = time.monotonic(), self._qstash.now()
        run_id = self._trigger(options)
        idle, wanted, crash = self._watch(), None, None
        while not idle.wait(_INTERVAL):
            wanted = self._wanted(run_id) if wanted is None else wanted
            show(self.tally, wanted)
            if self.application.code is not None:
                crash = Crash(self.application.code, last_lines(self.application))
                break
        show(self.tally, self._wanted(run_id))
        return outcome_of(
            self._qstash.run(run_id),
            self.tally,
            self._qstash.dead_letters(),
            seconds=time.monotonic() - began,
            waited=(self._qstash.now() - clock) / 1000,
            crash=crash,
        )

    def _trigger(self, options: tuple[str, ...]) -> str:
        with self._start(options) as program:
            program.start()
            code = program.wait()
            found = _RUN_ID.findall("\n".join(program.lines()))
        if code or not found:
            raise ProgramError(f"the start command ended with {code}.", program)
        return str(found[-1])

    def _watch(self) -> threading.Event:
        """An event that is set when nothing is left to do."""
        idle = threading.Event()

        def wait() -> None:
            # it ends otherwise when the session does
            with suppress(RuntimeError, TimeoutError):
                self._qstash.wait_until_idle(timeout=threading.TIMEOUT_MAX)
                idle.set()

        threading.Thread(target=wait, name="lobegen-run-idle", daemon=True).start()
        return idle

    def _wanted(self, run_id: str) -> int | None:
        """How many items layer 1 wants processed, once it has counted."""
        entry = self.tally.counts[Layer.ENTRY]
        if entry.succeeded + entry.failed == 0:
            return None
        statistics = statistics_of(self._qstash.run(run_id))
        wanted = statistics.get("toProcess")
        return wanted if isinstance(wanted, int) and not statistics.get("dryRun") else 0


@contextmanager
def opened(
    runnable: Runnable,
    setup: Setup,
    log: Path | None,
    interruptions: Interruptions,
    announce: Callable[[tuple[str, ...]], None],
) -> Iterator[Session]:
    """Start QStash and application; both are stopped at the end, however it comes.

    Args:
        runnable: The workflow.
        setup: How to run it.
        log: Keeps what the application prints; None to drop it.
        interruptions: Raise `Interrupted` on Ctrl-C.
        announce: Is told each command of the application's before it is started.

    Raises:
        LobegenError: The application did not start; a ProgramError when it said why.
    """
    tally, port = Tally(runnable.routes), free_port()
    commands = commands_of(runnable, port, serve=setup.serve, production=setup.production)
    with (
        TemporaryDirectory(prefix="lobegen-run-", ignore_cleanup_errors=True) as folder,
        _local_qstash(setup, tally) as qstash,
    ):
        place = Path(folder)
        demo = {} if setup.items is None else demo_of(runnable, setup.items, place)
        environment = environment_of(qstash.environment, port) | demo

        def program(command: tuple[str, ...], output: Path) -> Program:
            return Program(command, runnable.root, environment, output, interruptions)

        def start(options: tuple[str, ...]) -> Program:
            return program((*commands.start, *options), place / "start.log")

        application_log = log or place / "application.log"
        if commands.prepare:
            announce(commands.prepare)
            _complete(program(commands.prepare, application_log), commands.missing)
        announce(commands.serve)
        with program(commands.serve, application_log) as application:
            application.start()
            await_application(application, port, runnable.routes.values(), commands.missing)
            yield Session(qstash, application, tally, start)


def _local_qstash(setup: Setup, tally: Tally) -> LocalQStash:
    return LocalQStash(
        clock=SkippingClock() if setup.speed is None else RealClock(setup.speed),
        allow_remote=setup.allow_remote,
        observer=tally,
        faults=setup.faults,
        seed=setup.seed,
    )


def _complete(build: Program, missing: str) -> None:
    with build:
        build.start()
        if code := build.wait():
            raise ProgramError(f"the build ended with {code}.", build, missing)
