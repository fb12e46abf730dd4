"""The token, and the signing keys with their rolling."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace

from lobegen.qstash.storage.store import Store

#: The published constants of QStash's development server; SDKs in `QSTASH_DEV` mode expect them (wire protocol 6.3).
DEV_TOKEN = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="
DEV_CURRENT_KEY = "sig_7kYjw48mhY7kAjqNGcy6cr29RJ6r"
DEV_NEXT_KEY = "sig_5ZB6DVzB1wjE8S6rZ7eenA8Pdnhs"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who may publish, and what deliveries are signed with."""

    token: str = DEV_TOKEN
    current_signing_key: str = DEV_CURRENT_KEY
    next_signing_key: str = DEV_NEXT_KEY

    @property
    def is_public(self) -> bool:
        """Whether everybody knows the token."""
        return self.token == DEV_TOKEN

    @classmethod
    def of_token(cls, token: str) -> "Credentials":
        """Keys that only who knows the token can tell: with a token of one's own, the public keys sign nothing."""
        current, following = (
            f"sig_{hmac.new(token.encode(), name.encode(), hashlib.sha256).hexdigest()[:28]}"
            for name in ("current", "next")
        )
        return cls() if token == DEV_TOKEN else cls(token, current, following)

    def environment(self, url: str) -> dict[str, str]:
        """The variables that both SDKs read (facts: QStash wire protocol 6.1)."""
        return {
            "QSTASH_URL": url,
            "QSTASH_TOKEN": self.token,
            "QSTASH_CURRENT_SIGNING_KEY": self.current_signing_key,
            "QSTASH_NEXT_SIGNING_KEY": self.next_signing_key,
        }


@dataclass(frozen=True, slots=True)
class _Rolled:
    """Signing keys as they are kept."""

    current: str
    following: str


class KeyRing:
    """The credentials that hold now.

    Args:
        given: Those of the start. Keys that were rolled since are taken from the store.
        store: Keeps rolled keys, by the current key of the start.
    """

    def __init__(self, given: Credentials, store: Store) -> None:
        self._given = given
        self._rolled = store.table("signing_keys", str, _Rolled)
        kept = self._rolled.get(given.current_signing_key)
        self.credentials = self._with(kept) if kept else given

    def roll(self) -> None:
        """The next key becomes the current one, and a new one comes next."""
        rolled = _Rolled(self.credentials.next_signing_key, f"sig_{secrets.token_hex(14)}")
        self._rolled[self._given.current_signing_key] = rolled
        self.credentials = self._with(rolled)

    def _with(self, keys: _Rolled) -> Credentials:
        return replace(self._given, current_signing_key=keys.current, next_signing_key=keys.following)
