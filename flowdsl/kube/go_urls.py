"""URLs as Go reads them: where a field of an API is one, its decoder refuses what `url.Parse` does.

Source: net/url/url.go of Go 1.26.
"""

from __future__ import annotations

import ipaddress
import re

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_IN_HOST = re.compile(r"[ /?@\\^`{|}#]|%(?!25|[89A-Fa-f][0-9A-Fa-f])")
_USER = re.compile(r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*")
_PORT = re.compile(r"(:[0-9]*)?")


def url_error(text: str) -> str:
    """Why Go can't read a text as a URL, in words that follow its name; "" where it can: the empty text is none."""
    whole, _, fragment = text.partition("#")
    if _CONTROL.search(whole):
        return "has a control character"
    if whole == "*":
        return _escapes(fragment)
    if whole.startswith(":"):
        return "has nothing before its ':'"
    found = _SCHEME.match(whole)
    scheme, rest = (found[1].lower(), whole[found.end() :]) if found else ("", whole)
    return _after_scheme(scheme, rest.partition("?")[0]) or _escapes(fragment)


def _after_scheme(scheme: str, rest: str) -> str:
    if not rest.startswith("/"):
        if not scheme and ":" in rest.partition("/")[0]:
            return "has a ':' in its first part and no scheme"
        # What follows a scheme without a slash is not looked at: mailto:x
        return "" if scheme else _escapes(rest)
    if rest.startswith("//") and (scheme or not rest.startswith("///")):
        authority, slash, path = rest[2:].partition("/")
        return _authority(scheme, authority) or _escapes(slash + path)
    return _escapes(rest)


def _authority(scheme: str, authority: str) -> str:
    user, at, host = authority.rpartition("@")
    if at and (not _USER.fullmatch(user) or _escapes(user)):
        return "has a user that can't be one"
    return _bracketed(host) if "[" in host else _plain(scheme, host)


def _plain(scheme: str, host: str) -> str:
    start = host.find(":") if scheme in ("http", "https") else host.rfind(":")
    if start >= 0 and not _PORT.fullmatch(host[start:]):
        return f"has no number behind its host: {host[start:]!r}"
    return "has a host that can't be one" if _NOT_IN_HOST.search(host) else ""


def _bracketed(host: str) -> str:
    inside, end, port = host[1:].rpartition("]")
    if not host.startswith("[") or "[" in inside or not end:
        return "has an address whose brackets don't match"
    if not _PORT.fullmatch(port):
        return f"has no number behind its host: {port!r}"
    address, zoned, zone = inside.partition("%25")
    try:
        ipaddress.IPv6Address(address)
    except ValueError:
        return "has an address in brackets that is not of IPv6"
    return "has an empty zone" if zoned and not zone else _escapes(zone)


def _escapes(part: str) -> str:
    return "has a '%' without two hexadecimal digits behind it" if _ESCAPE.search(part) else ""
