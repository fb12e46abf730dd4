"""The signature of a delivery: a JSON web token with HS256 (facts: QStash wire protocol 2.8)."""

import base64
import hashlib
import hmac
import json
import secrets
import time

_HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').rstrip(b"=")
_LIFETIME = 300


def _encode(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def sign(key: str, url: str, body: bytes) -> str:
    """The token for `Upstash-Signature`, valid for five minutes of real time.

    Args:
        key: The current signing key, as text.
        url: The destination of the delivery.
        body: The body of the delivery, byte for byte.
    """
    now = int(time.time())
    digest = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    claims = (
        f'{{"iss":"Upstash","sub":{json.dumps(url)},"exp":{now + _LIFETIME},"nbf":{now},"iat":{now},'
        f'"jti":"jwt_{secrets.token_hex(12)}","body":"{digest}"}}'
    )
    signed = _HEADER + b"." + _encode(claims.encode())
    return (signed + b"." + _encode(hmac.digest(key.encode(), signed, "sha256"))).decode()
