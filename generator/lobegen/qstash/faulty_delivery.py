"""Delivery with faults: answers that are lost, late, or come from something in front of the endpoint."""

import asyncio
import json
from collections.abc import Awaitable, Callable

from lobegen.qstash.faults import Fault, Faults
from lobegen.qstash.message import Answer, Outbound

_GATEWAY_ERRORS = (500, 502, 503, 504)
Deliver = Callable[[Outbound], Awaitable[Answer]]


class FaultyDelivery:
    """Does to a delivery what its faults say.

    Args:
        deliver: The real delivery.
        faults: For choices within a kind.
        slowest: Real seconds that a slow answer takes at most.

    Attributes:
        unfinished: Deliveries that were given up while the endpoint works on.
    """

    def __init__(self, deliver: Deliver, faults: Faults, slowest: float) -> None:
        self._deliver = deliver
        self._faults = faults
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
            await asyncio.sleep(self._chance(request) * self._slowest)
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
        return Answer(0, {"retry-after": "0"} if self._chance(request) < 0.5 else {}, error=reason)

    def _gateway_error(self, request: Outbound) -> Answer:
        status = _GATEWAY_ERRORS[int(self._chance(request) * len(_GATEWAY_ERRORS))]
        body = {"error": "Fault", "message": f"{status} in the endpoint's place"}
        return Answer(status, {"content-type": "application/json"}, json.dumps(body).encode())

    def _chance(self, request: Outbound) -> float:
        return self._faults.chance("answer", request.attempt.message.run_id, request.body, request.attempt.retried)
