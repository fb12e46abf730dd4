"""Which names a request may use for this server while its token is the publicly known one."""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

#: Names under these are never delegated (RFC 6761, 6762, 8375, and ICANN's `internal`)
_PRIVATE = (".localhost", ".local", ".internal", ".test", ".home.arpa")


@lru_cache(256)
def is_private_name(authority: str) -> bool:
    """Whether nobody on the internet can own the name in a `Host` header.

    For a browser, a page of `http://evil.example:8080`, a name that was made to lead to this machine, is of the same
    origin as this server (DNS rebinding): only the name tells. Addresses and private names cannot be used so.

    Args:
        authority: Name or address, with or without a port.
    """
    try:
        name = (urlsplit(f"//{authority}").hostname or "").rstrip(".")
    except ValueError:
        return False
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return bool(name) and ("." not in name or name.endswith(_PRIVATE))
    return True
