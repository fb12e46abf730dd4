"""Delivery with faults: answers that are lost, late, or come from something in front of the endpoint."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from lobegen.qstash.faults.kinds import Fault
from lobegen.qstash.message import Answer, Attempt, Outbound

_GATEWAY_ERRORS = (500, 502, 503, 504)
Deliver = Callable[[Outbound], Awaitable[Answer]]


class FaultyDelivery:
    """Does to a delivery what its faults say.

    Args:
        deliver: The real delivery.
        chance: A number from 0 up to 1 for choices within a kind, always the same for an attempt.
        slowest: Real seconds that a slow answer takes at most.

    Attributes:
        unfinished: Deliveries that were given up while the endpoint works on.
    """

    def __init__(self, deliver: Deliver, chance: Callable[[Attempt], float], slowest: float) -> None:
        self._deliver = deliver
        self._chance = chance
        self._slowest = slowest
        self.unfinished: set[asyncio.Task[Answer]] = set()

    async def __call__(self, request: Outbound) -> Answer:
        """Make one attempt."""
        if Fault.ERROR in request.faults:
            return self._gateway_error(request)
        if Fault.TIMEOUT in request.faults:
            return self._give_up(request)
        answer = await self._deliver(request)
        if Fault.SLOW in request.faults:
            await asyncio.sleep(self._chance(request.attempt) * self._slowest)
        return self._none(request, "the answer was lost") if Fault.LOST in request.faults else answer

    def close(self) -> None:
        """Abandon what is unfinished."""
        for task in self.unfinished:
            task.cancel()

    def _give_up(self, request: Outbound) -> Answer:
        task = asyncio.ensure_future(self._deliver(request))
        self.unfinished.add(task)
        task.add_done_callback(self.unfinished.discard)
        return self._none(request, "no answer in time")

    def _none(self, request: Outbound, reason: str) -> Answer:
        """After half of them the next attempt is made at once: after the usual delay, a short run has ended."""
        return Answer(0, {"retry-after": "0"} if self._chance(request.attempt) < 0.5 else {}, error=reason)

    def _gateway_error(self, request: Outbound) -> Answer:
        status = _GATEWAY_ERRORS[int(self._chance(request.attempt) * len(_GATEWAY_ERRORS))]
        body = {"error": "Fault", "message": f"{status} in the endpoint's place"}
        return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())
