"""Delivery over HTTP."""

import asyncio

from lobegen.qstash.credentials import KeyRing
from lobegen.qstash.delivery.http_client import HttpClient, NoAnswerError
from lobegen.qstash.delivery.signature import sign
from lobegen.qstash.message import Answer, Outbound

#: Seconds; the longest HTTP response time of the pay-as-you-go plan
RESPONSE_TIMEOUT = 7200.0


class Transport:
    """Signs what it sends.

    Args:
        keys: The current one signs.
        response_time: Seconds until an endpoint must have answered; a message may ask for less.
    """

    def __init__(self, keys: KeyRing, response_time: float = RESPONSE_TIMEOUT) -> None:
        self._keys = keys
        self._response_time = response_time
        self._client = HttpClient()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.close()

    async def deliver(self, request: Outbound) -> Answer:
        """Make one attempt; what goes wrong on the way is an answer with status 0."""
        key = self._keys.credentials.current_signing_key
        headers = {**request.headers, "upstash-signature": sign(key, request.url, request.body)}
        timeout = min(request.attempt.message.timeout or self._response_time, self._response_time)
        try:
            async with asyncio.timeout(timeout):
                response = await self._client.request(request.method, request.url, headers, request.body)
        except TimeoutError:
            return Answer(0, error=f"no answer within {timeout:g} seconds")
        except NoAnswerError as error:
            return Answer(0, error=str(error))
        return Answer(response.status, response.headers, response.body)
