"""What a webhook's URL may be. Addresses are judged elsewhere, each time one is connected to."""

from __future__ import annotations

import re

import httpx

PORTS = (443, 4443, 8443, 9443)
_LONGEST = 2048


class UrlRefused(ValueError):
    """The URL breaks a rule; the message says which, and what to send instead."""


def webhook_url(text: str, *, allow_private: bool) -> str:
    """Return the URL in its one normal form (IDNA host in ASCII, escaped path). Raises UrlRefused.

    `allow_private` is for development: http and any port are then fine.
    """
    if len(text) > _LONGEST:
        raise UrlRefused(f"is longer than {_LONGEST} characters")
    if any(char.isspace() or not char.isprintable() for char in text) or "\\" in text:
        raise UrlRefused("has spaces, backslashes or control characters: escape them")
    try:
        url = httpx.URL(str(httpx.URL(text)))  # twice: only the second drops the default port of "HTTPS:"
    except (httpx.InvalidURL, UnicodeError) as error:
        raise UrlRefused(f"is not a URL ({str(error).rstrip('.')})") from None
    schemes = ("https", "http") if allow_private else ("https",)
    if url.scheme not in schemes:
        raise UrlRefused("has to start with https://" + (" or http://" if allow_private else ""))
    if not url.raw_host:
        raise UrlRefused("names no host")
    if url.userinfo or "@" in re.split("[/?#]", text.partition("//")[2])[0]:
        raise UrlRefused("carries credentials: verify the signature instead")
    if url.fragment or "#" in text:
        raise UrlRefused("has a fragment, which is never sent: leave it out")
    if url.port == 0 or (not allow_private and (url.port or 443) not in PORTS):
        raise UrlRefused("has a port that is not allowed: use one of " + ", ".join(map(str, PORTS)))
    return str(url)


def host_and_port(url: str) -> tuple[str, int]:
    """Return the host (in ASCII) and the port that a good URL leads to."""
    parsed = httpx.URL(url)
    return parsed.raw_host.decode("ascii"), parsed.port or (443 if parsed.scheme == "https" else 80)
