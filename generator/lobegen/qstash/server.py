"""One local QStash: engine, scheduler, transport and HTTP endpoints put together."""

import asyncio
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from lobegen.qstash.app import create_app
from lobegen.qstash.clock import RealClock, SkippingClock, VirtualClock
from lobegen.qstash.credentials import Credentials, KeyRing
from lobegen.qstash.delivery.transport import RESPONSE_TIMEOUT, Transport
from lobegen.qstash.engine import Engine
from lobegen.qstash.faults.delivery import FaultyDelivery
from lobegen.qstash.faults.kinds import Fault
from lobegen.qstash.faults.publishing import UnconfirmedPublishing
from lobegen.qstash.ports import Observer, Settings
from lobegen.qstash.scheduler import Scheduler
from lobegen.qstash.storage.store import Memory, Store

if TYPE_CHECKING:
    import uvicorn


class LocalServer:
    """A local QStash on one event loop.

    Args:
        clock: Real or virtual.
        credentials: Token and signing keys.
        settings: Limits and permissions.
        observer: Is told of deliveries and ends.
        store: Keeps the state; in memory when not given.
    """

    def __init__(
        self,
        clock: RealClock | VirtualClock,
        credentials: Credentials | None = None,
        settings: Settings | None = None,
        observer: Observer | None = None,
        store: Store | None = None,
    ) -> None:
        self._store = store or Memory()
        self._keys = KeyRing(credentials or Credentials(), self._store)
        self.engine = Engine(clock, settings, observer, store=self._store)
        if isinstance(clock, VirtualClock | SkippingClock):
            self.engine.schedules.let_fire_until(0)
        plan = self.engine.settings.plan
        self._transport = Transport(self._keys, plan.response_time if plan else RESPONSE_TIMEOUT)
        # virtual time stands still while an answer is awaited: slow is then what takes a moment of real time
        slowest = 0.05 if isinstance(clock, VirtualClock) else 5 / clock.speed
        self._delivery = FaultyDelivery(self._transport.deliver, self.engine.faults.chance, slowest)
        self.scheduler = Scheduler(self.engine, clock, self._delivery, self._delivery.unfinished)
        self._uvicorn: uvicorn.Server | None = None
        self._is_stopped = False

    @property
    def credentials(self) -> Credentials:
        """What holds now; the signing keys may have been rolled."""
        return self._keys.credentials

    async def serve(self, listener: socket.socket) -> None:
        """Serve on a bound socket until `stop`, or until a signal when this is the main thread.

        Raises:
            LobegenError: The store cannot be written.
        """
        import uvicorn

        app = UnconfirmedPublishing(
            create_app(self.engine, self.scheduler, self._keys, self._is_stopping),
            self.engine.settings.faults,
            self._hang_up,
            self._tell_unconfirmed,
        )
        # connections are kept longer than clients keep them: one closed under a client makes it publish a step twice
        config = uvicorn.Config(
            app,
            log_level="critical",
            access_log=False,
            proxy_headers=False,
            lifespan="off",
            ws="none",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=1,
        )
        self._uvicorn = uvicorn.Server(config)
        self._uvicorn.should_exit = self._is_stopped
        work = asyncio.create_task(self.scheduler.run())
        work.add_done_callback(lambda _: self.stop())
        try:
            await self._uvicorn.serve(sockets=[listener])
        finally:
            try:
                work.cancel()
                with suppress(asyncio.CancelledError):
                    await work
            finally:
                self._delivery.close()
                self._transport.close()
                self._store.close(self.engine.clock.now())

    def _hang_up(self, peer: tuple[str, int]) -> None:
        connections = self._uvicorn.server_state.connections if self._uvicorn else ()
        for connection in connections:
            if getattr(connection, "client", None) == peer:
                connection.transport.close()

    def _tell_unconfirmed(self, run_id: str) -> None:
        self.engine.observer.unconfirmed(self.engine.faults.note(Fault.UNCONFIRMED, run_id))

    def _is_stopping(self) -> bool:
        return self._is_stopped or (self._uvicorn is not None and self._uvicorn.should_exit)

    def stop(self) -> None:
        """Ask `serve` to return; safe from another thread."""
        self._is_stopped = True
        if self._uvicorn is not None:
            self._uvicorn.should_exit = True


def bind(host: str, port: int) -> socket.socket:
    """A listening socket.

    Args:
        host: A name or address of this machine.
        port: 0 for a free one.

    Raises:
        OSError: The port is in use, or the address is not this machine's.
    """
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(2048)
    except OSError:
        listener.close()
        raise
    return listener
