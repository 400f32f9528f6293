"""What an API server answers: JSON of a bounded size, depth and time, in the shape that Kubernetes gives it.

Between us and the server may stand a login page, a proxy, another program on the port. Whatever comes from there that
is no answer of Kubernetes ends with words that say so.
"""

from __future__ import annotations

import json
import re
import time
import zlib
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.escape import line
from flowdsl.kubeclient.objects import Answer, Object, Refusal, WatchEvent
from flowdsl.kubeclient.shapes import MisfitError, Shape, fitted, shape_of, too_deep

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

MAX_ANSWER = 256 * 1024 * 1024
"""Bytes of one answer: a list of 2,000 runs with all their specs has a third of it."""
MAX_SECONDS = 300.0
"""Of one answer, from its first byte to its last: a list of that size over a slow line."""
_CHUNK = 1 << 16
# Half of a pair, which JSON can write and nothing else can: no header, path or terminal takes it.
_HALF = re.compile(r"\\u[dD][89a-fA-F]")

OBJECT = shape_of(Object)
ANSWER = shape_of(Answer)
REFUSAL = shape_of(Refusal)
EVENT = shape_of(WatchEvent)


class OddAnswerError(ClusterError):
    """An answer that is none of Kubernetes'. It makes no sense to ask again."""


def odd(where: str, what: str, why: str) -> OddAnswerError:
    """The error for an answer; `what` was asked, `why` says what is wrong with it."""
    hint = "is the server of this context in the kubeconfig a Kubernetes API server, or does something stand before it?"
    return OddAnswerError(line(f"{where} answered {what} with what Kubernetes never answers: {why}; {hint}"))


def parsed(text: str, shape: Shape, *, where: str, what: str) -> dict[str, object]:
    """The data of an answer. Raises OddAnswerError; nothing of the answer is in its message."""
    try:
        data = json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise odd(where, what, "it is no JSON") from error
    if not isinstance(data, dict):
        raise odd(where, what, "it is no object")
    if _HALF.search(text) and not _whole_text(data):
        raise odd(where, what, "it has half a character")
    if too_deep(data):
        raise odd(where, what, "it is nested too deeply")
    return fit(data, shape, where=where, what=what)


def fit(data: dict[str, object], shape: Shape, *, where: str, what: str) -> dict[str, object]:
    """The data, held against the shape. Raises OddAnswerError."""
    try:
        found = fitted(data, shape)
    except MisfitError as error:
        raise odd(where, what, str(error)) from error
    return found if isinstance(found, dict) else {}


def _whole_text(data: object) -> bool:
    try:
        json.dumps(data, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _refused(word: str) -> NoReturn:
    raise ValueError(word)


class EndlessError(Exception):
    """An answer that has no end: which, in words."""


def _unpacking(encoding: str) -> Callable[[bytes, int], bytes]:
    """What makes the bytes of a response of those on the way, at most so many at once. Raises EndlessError."""
    if encoding in ("", "identity"):
        return lambda chunk, most: chunk
    if encoding != "gzip":
        raise EndlessError("it is packed in a way that was not asked for")
    stream = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def unpack(chunk: bytes, most: int) -> bytes:
        try:
            return stream.decompress(chunk, most)
        except zlib.error:
            raise EndlessError("it is no gzip, which it says it is") from None

    return unpack


def whole(response: BaseHTTPResponse, most: int) -> bytes:
    """The bytes of a response. Raises EndlessError for one that is too long or takes too long."""
    end = time.monotonic() + MAX_SECONDS
    # Where it is there, what has come is given at once: a server that drips is noticed.
    read = getattr(response, "read1", None) or response.read
    chunks, size = [], 0
    unpack = _unpacking(response.headers.get("Content-Encoding", ""))
    while chunk := read(_CHUNK, decode_content=False):
        # Of what is small on the way and large here, no more than is allowed is ever made.
        plain = unpack(chunk, most - size + 1)
        chunks.append(plain)
        size += len(plain)
        if size > most:
            raise EndlessError(f"it has more than {most // 1024:,} KiB")
        if time.monotonic() > end:
            raise EndlessError(f"it is not over after {MAX_SECONDS:g} s")
    return b"".join(chunks)
