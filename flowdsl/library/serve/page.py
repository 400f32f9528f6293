"""The page: one file, nothing from anywhere else, and nothing of what was delivered in its text.

Its program gets deliveries and runs as data and shows them as text alone.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import re
from http import HTTPStatus

from flowdsl.diagnostics.escape import markup
from flowdsl.library.serve.bounded import Answer

_PART = re.compile(r"<(style|script)>(.*?)</\1>", re.DOTALL)


def page(token: str) -> Answer:
    """The page, whose program proves by the token that it is the page."""
    text, policy = _text()
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}
    return Answer(HTTPStatus.OK, text.replace("@TOKEN@", markup(token)).encode(), "text/html; charset=utf-8", headers)


@functools.cache
def _text() -> tuple[str, str]:
    """The file, and what a browser may do with it: run that one program, and ask here."""
    text = importlib.resources.files(__package__).joinpath("page.html").read_text(encoding="utf-8")
    hashes = {
        name: base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for name, part in _PART.findall(text)
    }
    allowed = "; ".join(f"{name}-src 'sha256-{each}'" for name, each in hashes.items())
    closed = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'"
    return text, f"{closed}; {allowed}"
