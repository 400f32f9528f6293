"""How the value of a Secret may look where it turns up: whole, in lines, in its parts, and encoded."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus

# A shorter value is not masked: it would blank out ordinary words, and tells little.
SHORTEST = 4
# Parts of a value are guesses, and the ends of an encoded one vary: short ones would be ordinary words.
_SHORTEST_PART = 8
_SHORTEST_ENCODED = 6
# Of what is larger the lines are masked, and the whole as base64: it is a bundle of certificates or a program.
_LARGE = 64 * 1024
# `base64` breaks lines at 76 characters, PEM at 64.
_WIDTHS = (76, 64)
_ASSIGNED = re.compile(rb"^\s*(?:export\s+)?[\w.\"'/:-]{1,128}?\s*[:=]\s*[\"']?([^\s\"']+)[\"']?,?\s*$")
_IN_URL = re.compile(rb"://[^/\s:@]*:([^/\s@]+)@")
_IN_NETRC = re.compile(rb"\bpassword\s+(\S+)")


def forms_of(values: Iterable[bytes]) -> set[bytes]:
    """Everything to look for. None of it has a line end in it, so that no line of output waits for the next."""
    found: set[bytes] = set()
    for value in set(values):
        if len(value.strip()) < SHORTEST:
            continue
        found |= _wrapped(value)
        small = len(value) <= _LARGE
        for plain in {*_plain(value), *(_parts(value) if small else ())}:
            found.add(plain)
            if small:
                found |= _encoded(plain)
    return {form for form in found if len(form) >= SHORTEST and b"\n" not in form and b"\r" not in form}


def _plain(value: bytes) -> Iterator[bytes]:
    """The value's lines, without the blanks around them; what is no UTF-8 also as text shows it."""
    for line in value.splitlines():
        stripped = line.strip()
        if len(stripped) >= SHORTEST:
            yield stripped
            yield stripped.decode("utf-8", "replace").encode()
            # As the environment of a process gives it to Python.
            yield stripped.decode("utf-8", "surrogateescape").encode("utf-8", "surrogatepass")


def _parts(value: bytes) -> Iterator[bytes]:
    """What is secret within a value of some format: JSON, `name: value`, `NAME=value`, URLs, netrc."""
    for leaf in _leaves(value):
        if len(leaf) >= _SHORTEST_PART and not leaf.startswith((b"https://", b"http://")):
            yield leaf
    for line in value.splitlines():
        if (match := _ASSIGNED.match(line)) and len(match[1]) >= _SHORTEST_PART:
            yield match[1]
    for pattern in (_IN_URL, _IN_NETRC):
        yield from pattern.findall(value)


def _leaves(value: bytes) -> Iterator[bytes]:
    """The texts in a value that is JSON, such as a Docker configuration."""
    if value.lstrip()[:1] not in (b"{", b"["):
        return
    try:
        waiting: list[object] = [json.loads(value)]
    except (ValueError, RecursionError):
        return
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield from _plain(item.encode("utf-8", "surrogatepass"))
        elif isinstance(item, (dict, list)):
            waiting += item.values() if isinstance(item, dict) else item


def _encoded(plain: bytes) -> set[bytes]:
    """The ways in which programs write a text: base64, JSON, URLs, HTML, and what a shell with `set -x` prints."""
    found = {form for form in _base64_within(plain) if len(form) >= _SHORTEST_ENCODED}
    text = plain.decode("utf-8", "surrogateescape")
    escaped = [json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]]
    escaped += [json.dumps(each)[1:-1] for each in escaped[:1]]
    # Go's encoder escapes what is markup.
    go = escaped[1]
    for sign in "<>&":
        go = go.replace(sign, f"\\u{ord(sign):04x}")
    quoted = quote(plain, safe="")
    escaped += [go, quoted, quote(plain), quote_plus(plain), re.sub("%..", lambda match: match[0].lower(), quoted)]
    escaped += [html.escape(text), html.escape(text, quote=False)]
    escaped += [text.replace("'", "'\\''"), text.replace("'", "'\"'\"'")]
    return found | {each.encode("utf-8", "surrogateescape") for each in escaped}


def _base64_within(plain: bytes) -> Iterator[bytes]:
    """The part of its base64 that does not depend on what comes before and after it, as in `user:password`."""
    for before in range(3):
        code = base64.b64encode(b"\0" * before + plain).rstrip(b"=")
        # The first characters hold bits of what comes before, the last one of what comes after.
        start = (0, 2, 3)[before]
        end = len(code) - (1 if (before + len(plain)) % 3 else 0)
        yield from {code[start:end], code[start:end].replace(b"+", b"-").replace(b"/", b"_")}


def _wrapped(value: bytes) -> set[bytes]:
    """The base64 of the whole value, to its last character, and broken into lines as programs do."""
    found = set()
    for whole in {value, value.strip()}:
        code = base64.b64encode(whole)
        for each in {code, base64.urlsafe_b64encode(whole)}:
            found |= {each, each.rstrip(b"=")}
        for width in _WIDTHS:
            if len(code) > width:
                found |= {code[at : at + width] for at in range(0, len(code), width)}
    return {form for form in found if len(form) >= _SHORTEST_ENCODED}
