"""What went wrong between us and a cluster, in words that say what to do."""

from __future__ import annotations

import re
from typing import cast

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.escape import line
from flowdsl.kinds.table import TEKTON
from flowdsl.kubeclient.answers import REFUSAL, OddAnswerError, parsed
from flowdsl.kubeclient.objects import Refusal

_FORBIDDEN = re.compile(r'cannot (?P<verb>\w+) resource "(?P<resource>[\w./-]+)"')
_DENIED = re.compile(r'^admission webhook "(?P<hook>[^"]+)" denied the request: (?P<why>.*)$', re.DOTALL)
_SHOWN = 200
"""Characters of a page that is told, where the answer is no Status."""
_LONGEST = 20_000
"""Characters of a message: an admission webhook tells each of its findings in a line."""
# Statuses that say "not now": the server is starting, busy, or its store has no leader.
PASSING = frozenset({429, 500, 502, 503, 504})


@attrs.frozen
class Conflict:
    """A field that somebody else owns."""

    field: str
    owner: str


class AnsweredError(ClusterError):
    """The API server answered with an error: its HTTP status, and the Status object where it sent one."""

    def __init__(self, code: int, status: Refusal, text: str, words: str) -> None:
        super().__init__(words)
        self.code = code
        self.status = status
        self.text = text

    def about(self, what: str) -> AnsweredError:
        """The same error, whose words say first what it is about."""
        return type(self)(self.code, self.status, self.text, f"{what}: {self}")

    @property
    def reason(self) -> str:
        """Kubernetes' own word: NotFound, AlreadyExists, Conflict, Forbidden, Expired."""
        return str(self.status.get("reason", ""))

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The fields a server-side apply was refused for."""
        causes = (self.status.get("details") or {}).get("causes") or ()
        return tuple(
            Conflict(str(each.get("field", "")), _owner(str(each.get("message", ""))))
            for each in causes
            if each.get("reason") == "FieldManagerConflict"
        )


class ForbiddenError(AnsweredError):
    """The account has no right to it (403). Not every 403 is one: an admission webhook may answer so, too."""


class UnreachableError(ClusterError):
    """No answer came. `passing` says whether it is worth another try."""

    def __init__(self, words: str, *, passing: bool) -> None:
        super().__init__(words)
        self.passing = passing


def answered(code: int, text: str, *, method: str, path: str, where: str) -> AnsweredError:
    """The error for an answer; `where` names the context for people."""
    try:
        status = cast("Refusal", parsed(text, REFUSAL, where=where, what=method))
    except OddAnswerError:
        status = {}
    message = str(status.get("message") or line(text.strip()[:_SHOWN]) or f"HTTP {code}")[:_LONGEST]
    kind = ForbiddenError if code == 403 else AnsweredError
    return kind(code, status, text, _words(code, message, bool(status), method, path, where))


def _words(code: int, message: str, has_status: bool, method: str, path: str, where: str) -> str:
    if code == 401:
        return (
            f"{where} does not accept the credentials (401): the token has expired, or was never valid; log in again, "
            "or choose another context"
        )
    if denied := _DENIED.match(message):
        findings = "\n".join(f"  - {line(each)}" for each in denied["why"].strip().splitlines())
        return f"{where} refused it; the admission webhook {line(denied['hook'])} says:\n{findings}"
    if code == 403:
        found = _FORBIDDEN.search(message)
        right = f"the right to {found['verb']} {found['resource']}" if found else "the right to do this"
        hint = "ask an administrator to apply what `flowdsl rbac --user NAME` (or --service-account NS:NAME) prints"
        return f"{where} does not give you {right} (403): {line(message)}\n  {hint}"
    if code == 404 and f"/apis/{TEKTON}/" in path and not has_status:
        return f"Tekton Pipelines is not installed on {where}: it does not serve {TEKTON}; see `flowdsl doctor`"
    if 300 <= code < 400:
        return (
            f"{where} sends us elsewhere ({code}), which no API server does, and we do not follow: does a login page "
            "or a proxy answer under the address in the kubeconfig?"
        )
    if code in PASSING:
        return f"{where} cannot answer now ({code}): {line(message)}"
    return f"{where} refused {method} {path.partition('?')[0]} ({code}): {line(message)}"


def _owner(message: str) -> str:
    found = re.search(r'conflict with "([^"]+)"', message)
    return found.group(1) if found else message


def unreachable(error: Exception, *, where: str, address: str, seconds: float) -> UnreachableError:
    """The error for a connection that failed; told apart by urllib3's own kinds of failure."""
    from urllib3 import exceptions

    reason = error.reason if isinstance(error, exceptions.MaxRetryError) and error.reason else error
    text = str(reason)
    if isinstance(reason, exceptions.SSLError) or "CERTIFICATE_VERIFY_FAILED" in text:
        return UnreachableError(
            f"the certificate of {where} ({address}) is not trusted: {_short(text)}; check "
            "certificate-authority-data of this cluster in the kubeconfig",
            passing=False,
        )
    if isinstance(reason, exceptions.NameResolutionError):
        return UnreachableError(f"there is no host for {where} ({address}): {_short(text)}", passing=False)
    if isinstance(reason, exceptions.TimeoutError) and not isinstance(reason, exceptions.NewConnectionError):
        return UnreachableError(
            f"{where} ({address}) did not answer within {seconds:g} s; is it reachable from here (VPN)? "
            "A slow one gets more time (--timeout; a program: timeout=)",
            passing=True,
        )
    if isinstance(reason, exceptions.NewConnectionError):
        return UnreachableError(f"{where} ({address}) refuses connections: {_short(text)}", passing=True)
    return UnreachableError(f"the connection to {where} ({address}) broke: {_short(text)}", passing=True)


def _short(text: str) -> str:
    """The system's own words, without the names of Python's objects around them."""
    return text.rpartition("Failed to establish a new connection: ")[2]
