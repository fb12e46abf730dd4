"""Delivery over HTTP."""

import asyncio

from lobegen.qstash.http_client import HttpClient, NoAnswerError
from lobegen.qstash.message import Answer, Outbound
from lobegen.qstash.signature import sign

#: Seconds; the longest HTTP response time of the pay-as-you-go plan
RESPONSE_TIMEOUT = 7200.0


class Transport:
    """Signs what it sends.

    Args:
        signing_key: The current key.
    """

    def __init__(self, signing_key: str) -> None:
        self._signing_key = signing_key
        self._client = HttpClient()

    def close(self) -> None:
        """Close the connections that are kept."""
        self._client.close()

    async def deliver(self, request: Outbound) -> Answer:
        """Make one attempt; what goes wrong on the way is an answer with status 0."""
        headers = {**request.headers, "upstash-signature": sign(self._signing_key, request.url, request.body)}
        timeout = request.attempt.message.timeout or RESPONSE_TIMEOUT
        try:
            async with asyncio.timeout(timeout):
                response = await self._client.request(request.method, request.url, headers, request.body)
        except TimeoutError:
            return Answer(0, error=f"no answer within {timeout:g} seconds")
        except NoAnswerError as error:
            return Answer(0, error=str(error))
        return Answer(response.status, response.headers, response.body)
