"""HTTP for a request that carries a token or a signature: to the server that was named, and to no other."""

from __future__ import annotations

import re
import ssl
import urllib.request
from pathlib import Path

_TOKEN = re.compile(r"[\x21-\x7e]+")


class _Here(urllib.request.HTTPRedirectHandler):
    """Follows no redirect: urllib would send the Authorization header to wherever it points."""

    def redirect_request(self, *_: object, **named: object) -> None:
        """None: the redirect is an HTTPError, with its own status."""


OPEN = urllib.request.build_opener(_Here()).open
"""Opens an address, through a proxy where the environment names one, and follows no redirect."""


def opener(context: ssl.SSLContext | None) -> urllib.request.OpenerDirector:
    """Opens addresses without the environment's proxies and without redirects."""
    https = urllib.request.HTTPSHandler(context=context)
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), https, _Here())


def token_of(path: Path) -> str:
    """The token of a file. Raises OSError, and ValueError (which doesn't show it) where no header can hold it."""
    try:
        token = path.read_text("utf-8").strip()
    except UnicodeDecodeError:
        token = ""
    if not _TOKEN.fullmatch(token):
        raise ValueError(f"{path} holds no token")
    return token
