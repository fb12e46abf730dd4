"""A server with its event loop in a thread of its own, for programs that go on beside it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import CancelledError
from typing import TypeVar

from lobegen.qstash.server import LocalServer

Value = TypeVar("Value")


class ServerThread:
    """Serves on a socket, and does on the server's thread what others ask of it: the engine is not safe for two.

    Args:
        server: Not yet serving.
        listener: Bound to an address of this machine.
    """

    def __init__(self, server: LocalServer, listener: socket.socket) -> None:
        self._server = server
        self._listener = listener
        self._loop = asyncio.new_event_loop()
        self._fault: Exception | None = None
        self._thread = threading.Thread(target=self._run, name="local-qstash", daemon=True)
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"

    def start(self) -> None:
        """Begin to serve."""
        self._thread.start()

    def stop(self) -> None:
        """End the server and the thread."""
        self._server.stop()
        self._thread.join(timeout=10)
        self._listener.close()

    def call(self, function: Callable[[], Value]) -> Value:
        """The value of a function that runs on the server's thread, while there is one."""
        if not self._thread.is_alive():
            return function()

        async def called() -> Value:
            value = function()
            self._server.engine.commit()
            return value

        return asyncio.run_coroutine_threadsafe(called(), self._loop).result(30)

    def wait(self, work: Coroutine[None, None, None], timeout: float) -> None:
        """Let a coroutine of the server come to its end.

        Raises:
            TimeoutError: It did not within so many seconds.
            RuntimeError: The server does not run, or ended meanwhile.
        """
        if not self._thread.is_alive():
            work.close()
            raise RuntimeError("the local QStash is not running") from self._fault
        waiting = asyncio.run_coroutine_threadsafe(work, self._loop)
        try:
            waiting.result(timeout)
        except CancelledError:
            raise RuntimeError("the local QStash has ended") from self._fault
        except TimeoutError:
            waiting.cancel()
            raise TimeoutError(f"not done after {timeout:g} seconds") from None

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._server.serve(self._listener))
        except Exception as error:
            self._fault = error
        finally:
            left = asyncio.all_tasks(self._loop)
            for task in left:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            self._loop.close()
