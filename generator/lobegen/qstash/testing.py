"""A local QStash for tests: in a thread, on a free port, in virtual time; what happened can be read after its end."""

import json
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Self

from lobegen.qstash.clock import RealClock, VirtualClock, clock_of
from lobegen.qstash.faults.kinds import InjectedFault, parse_faults
from lobegen.qstash.message import DeliveryRecord, Publication
from lobegen.qstash.ports import Observer, Settings, random_id
from lobegen.qstash.publishing.plans import PLANS
from lobegen.qstash.publishing.triggering import trigger_headers
from lobegen.qstash.runs.dead_letters import DeadLetter
from lobegen.qstash.runs.run import Run
from lobegen.qstash.server import LocalServer, bind
from lobegen.qstash.server_thread import ServerThread
from lobegen.qstash.storage.sqlite import SqliteStore
from lobegen.qstash.storage.store import Memory
from lobegen.qstash.views.run import RunView, StepView, summary_of, views_of

__all__ = ["LocalQStash", "RunView", "StepView"]


class LocalQStash:
    """A context manager around a local QStash in a background thread.

    Args:
        virtual_clock: Whether delays take no real time: when nothing is in flight, time jumps to what is due next.
        speed: How fast real time runs; not with a virtual clock.
        port: 0 for a free one.
        allow_remote: Whether destinations on other machines are called.
        max_in_flight: Deliveries in flight at most.
        faults: What shall go wrong, as for `lobegen dev --fault`: `duplicate`, `lost=0.05`, `all`.
        seed: Chooses the deliveries that faults happen to; the same for the same run ids and steps.
        store: A file that keeps the state; in memory when not given. Virtual time goes on where it stood.
        plan: Whose limits hold: `free`, `pay-as-you-go`, `fixed-1m` or `fixed-10m`; none when empty.
        ended: How many ended runs, and how many dead letters, are remembered; None for all.
        observer: Is told of deliveries and ends, in the server's thread.
        clock: One of the caller's, instead of what the first two say.

    Raises:
        ValueError: A fault cannot be read.
        LobegenError: The file cannot be used as a store.
    """

    def __init__(
        self,
        *,
        virtual_clock: bool = True,
        speed: float = 1.0,
        port: int = 0,
        allow_remote: bool = False,
        max_in_flight: int = 100,
        faults: Sequence[str] = (),
        seed: int = 0,
        store: str | Path | None = None,
        plan: str = "",
        ended: int | None = None,
        observer: Observer | None = None,
        clock: RealClock | VirtualClock | None = None,
    ) -> None:
        settings = Settings(
            allow_remote, max_in_flight, None, parse_faults(faults, seed), ended, PLANS[plan] if plan else None
        )
        kept = Memory() if store is None else SqliteStore(Path(store))
        self._clock = clock or clock_of(virtual_clock, speed, kept.moment)
        self._server = LocalServer(self._clock, None, settings, observer, kept)
        self._thread = ServerThread(self._server, bind("127.0.0.1", port))
        self.url = self._thread.url

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Begin to serve. The socket listens since the object was made: nothing has to be waited for."""
        self._thread.start()

    def stop(self) -> None:
        """End the server and its thread; deliveries in flight are abandoned."""
        self._thread.stop()

    @property
    def token(self) -> str:
        """`QSTASH_TOKEN`."""
        return self._server.credentials.token

    @property
    def current_signing_key(self) -> str:
        """`QSTASH_CURRENT_SIGNING_KEY`."""
        return self._server.credentials.current_signing_key

    @property
    def next_signing_key(self) -> str:
        """`QSTASH_NEXT_SIGNING_KEY`."""
        return self._server.credentials.next_signing_key

    @property
    def environment(self) -> dict[str, str]:
        """The variables for a process under test."""
        return self._server.credentials.environment(self.url)

    def now(self) -> int:
        """Milliseconds since 1970 on the server's clock."""
        return self._clock.now()

    def trigger(
        self, url: str, payload: object = None, *, run_id: str = "", headers: Mapping[str, str] | None = None
    ) -> str:
        """Start a run the way SDKs do; returns its id.

        Args:
            url: The workflow's endpoint.
            payload: Text as it is, anything else as JSON, None for no body.
            run_id: `wfr_…`; a random one when empty. An id that exists starts nothing.
            headers: Further control headers, such as `Upstash-Retries` or `Upstash-Flow-Control-Key`.

        Raises:
            Refused: As the endpoint would refuse it.
        """
        run_id = run_id or random_id("wfr")
        text = payload if isinstance(payload, str) else "" if payload is None else json.dumps(payload)
        control = {"content-type": "application/json"} | trigger_headers(url, run_id)
        given = {name.lower(): value for name, value in (headers or {}).items()}
        self._thread.call(lambda: self._publish([Publication(url, control | given, text.encode())]))
        return run_id

    def cancel(self, run_id: str) -> None:
        """Cancel a run, as `client.cancel` does; one that has ended stays as it is.

        Raises:
            KeyError: There is none with this id.
        """
        self._thread.call(lambda: self._server.engine.cancel([self._server.engine.runs[run_id]]))
        self._thread.call(self._server.scheduler.poke)

    def wait_until_idle(self, timeout: float = 60) -> None:
        """Return when nothing is in flight, queued, planned or waited for.

        Args:
            timeout: Real seconds.

        Raises:
            TimeoutError: With a line for every run.
        """
        self._await(self._server.scheduler.wait_until_idle(), timeout)

    def fire(self, schedule_id: str) -> str:
        """Let a schedule send its message now; the message's id.

        Raises:
            KeyError: There is none with this id.
        """
        schedules = self._server.engine.schedules
        accepted = self._thread.call(lambda: schedules.fire(schedules.all[schedule_id]))
        self._thread.call(self._server.scheduler.poke)
        return accepted.message_id if accepted else ""

    def advance(self, seconds: float, timeout: float = 60) -> None:
        """Let virtual time pass: schedules fire at their times in it. Returns when that is over and all is idle.

        Args:
            seconds: Of virtual time.
            timeout: Real seconds.

        Raises:
            TimeoutError: With a line for every run.
        """
        moment = self.now() + round(seconds * 1000)
        self._thread.call(lambda: self._server.engine.schedules.let_fire_until(moment))
        self._thread.call(self._server.scheduler.poke)
        self._await(self._server.scheduler.wait_until(moment), timeout)

    @contextmanager
    def hold(self, timeout: float = 60) -> Iterator[None]:
        """Let virtual time stand still inside of a `with`: what is due now is delivered, what is due later waits.

        So a run that waits for an event can be given one before its time-out. At the end of the block, everything
        that is due now has been delivered, and time moves again.

        Args:
            timeout: Real seconds for the deliveries that are due.

        Raises:
            TimeoutError: With a line for every run.
        """
        scheduler = self._server.scheduler
        self._thread.call(scheduler.hold)
        try:
            yield
            self._await(scheduler.wait_until_still(), timeout)
        finally:
            self._thread.call(scheduler.release)

    def wait_until_still(self, timeout: float = 60) -> None:
        """Return when nothing more happens before time moves on; for use inside of `hold`.

        Args:
            timeout: Real seconds.

        Raises:
            TimeoutError: With a line for every run.
        """
        self._await(self._server.scheduler.wait_until_still(), timeout)

    def runs(self) -> list[RunView]:
        """All runs, in the order of their start."""
        return self._thread.call(lambda: self._views(list(self._server.engine.runs.values())))

    def run(self, run_id: str) -> RunView:
        """One run.

        Raises:
            KeyError: There is none with this id.
        """
        return self._thread.call(lambda: self._views([self._server.engine.runs[run_id]])[0])

    def deliveries(self) -> list[DeliveryRecord]:
        """Everything that was delivered, in the order of the answers."""
        return self._thread.call(lambda: list(self._server.engine.history))

    def dead_letters(self) -> list[DeadLetter]:
        """The dead letter queue, in the order of the failures."""
        return self._thread.call(lambda: list(self._server.engine.dead_letters.values()))

    def inject(self, *faults: str, seed: int = 0) -> None:
        """From now on, other faults go on than up to now; none at all when none is named.

        Raises:
            ValueError: A fault cannot be read.
        """
        wanted = parse_faults(faults, seed)
        given = self._server.engine.settings.faults
        given.rates, given.seed = wanted.rates, wanted.seed

    def faults(self) -> list[InjectedFault]:
        """What went wrong on request, in the order in which it was noticed."""
        return self._thread.call(lambda: list(self._server.engine.faults.injected))

    def _await(self, work: Coroutine[None, None, None], timeout: float) -> None:
        try:
            self._thread.wait(work, timeout)
        except TimeoutError as error:
            raise TimeoutError(f"{error}\n{summary_of(self.runs())}") from None

    def _publish(self, asked: Sequence[Publication]) -> None:
        self._server.engine.publish(asked)
        self._server.scheduler.poke()

    def _views(self, runs: Sequence[Run]) -> list[RunView]:
        return views_of(runs, self._server.engine.history)
