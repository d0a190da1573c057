"""The secrets of a review server and its names; without the packages of the extra ``serve``."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Access:
    """The secrets of one server and the names that it answers to.

    Attributes:
        port: that it listens on.
        names: host names, lower case, beside addresses.
        any_address: whether every IP address will do, not those of the loopback alone. An address cannot be
            bound anew, a name can.
        token: who has it may look and decide.
    """

    port: int
    names: frozenset[str] = frozenset({"localhost"})
    any_address: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32))

    @property
    def cookie(self) -> str:
        """The cookie's name: cookies do not tell ports apart."""
        return f"hoso-{self.port}"

    @property
    def session(self) -> str:
        """The cookie's value: the token itself stays out of the browser's store."""
        return self._derived("session")

    @property
    def form(self) -> str:
        """What every form of ours carries."""
        return self._derived("form")

    def _derived(self, use: str) -> str:
        return hmac.new(self.token.encode(), use.encode(), hashlib.sha256).hexdigest()

    def is_host(self, host: str) -> bool:
        """Whether a Host header names us."""
        try:
            parts = urlsplit(f"//{host}")
            name, port = (parts.hostname or "").lower(), parts.port or 80
        except ValueError:
            return False
        if port != self.port or parts.username is not None or parts.path or parts.query:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name in self.names
        return self.any_address or address.is_loopback


def same(one: str, other: str) -> bool:
    """Whether two secrets are equal, in a time that tells nothing."""
    return hmac.compare_digest(one.encode(), other.encode())
