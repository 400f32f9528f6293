"""How what is missing is said, and what the parts of several kinds have to have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import check_word
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.cron import cron_problem
from flowdsl.kube.durations import is_duration
from flowdsl.kube.zones import is_zone

if TYPE_CHECKING:
    from flowdsl.kinds.argo.shared import BasicAuth, SASLConfig, TLSConfig, WatchPathConfig, WebhookContext
    from flowdsl.kinds.base import Model

_ZONED = re.compile(r"(?:CRON_)?TZ=([^ ]*)(.*)", re.DOTALL)
_MECHANISMS = ("PLAIN", "OAUTHBEARER", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI")


@attrs.frozen
class Said:
    """Where the findings of one part go: its rule, its place, and what it is called."""

    rule: Rule
    what: str
    path: Path
    report: Report

    def needs(self, holder: Model, *names: str, null: bool = False) -> None:
        """Each of these fields is there and not empty; with `null` an empty one will do."""
        for name in names:
            value = getattr(holder, name)
            lacking = value is None if null else value in (None, "", [], 0)
            if lacking:
                self.no(name)

    def no(self, name: str) -> None:
        """A field is not there: unless what stands there can't be read."""
        if not self.report.broken((*self.path, *name.split("."))):
            self.report.add(self.rule, self.path, f"{self.what} has no {name}", f"add `{name.rpartition('.')[2]}:`")

    def wrong(self, message: str, hint: str, *place: str | int) -> None:
        """Something else is wrong."""
        self.report.add(self.rule, (*self.path, *place), message, hint)

    def one_of(self, value: str | None, known: tuple[str, ...], *place: str | int) -> None:
        """A word is one of a few."""
        if value:
            check_word(value, known, (*self.path, *place), self.rule, self.report)

    def duration(self, value: str | None, *place: str | int) -> None:
        """A text is one that Go reads as a duration."""
        if value and not is_duration(value):
            self.wrong(f"{value!r} is no duration", "write 30s, 5m or 1h", *place)

    def schedule(self, text: str, *place: str | int) -> None:
        """Five fields: this reader of robfig/cron takes no words such as @daily, and a time zone in front of them."""
        zoned = _ZONED.fullmatch(text)
        times = zoned[2].strip() if zoned else text
        problem = "it is a word" if times.startswith("@") else cron_problem(times)
        if not problem and zoned and not is_zone(zoned[1]):
            problem = "there is no such time zone"
        if problem:
            self.wrong(f"this is no schedule: {problem}", "write five fields", *place)


def check_webhook(context: WebhookContext | None, said: Said, field: str = "webhook") -> None:
    """Where requests are waited for: a path, and a port that is a number."""
    place = (field,) if field else ()
    if context is None:
        said.no(field)
        return
    prefix = f"{field}." if field else ""
    for name in ("endpoint", "port"):
        if not getattr(context, name):
            said.no(prefix + name)
    port = context.port or "0"
    if not _is_number(port):
        said.wrong(f"the port {port!r} is no number", 'write `port: "12000"`', *place, "port")


def _is_number(text: str) -> bool:
    digits = text[1:] if text[0] in "+-" else text
    return digits.isascii() and digits.isdigit() and abs(int(text[:20])) < 2**63


def check_tls(tls: TLSConfig, said: Said) -> None:
    """Certificates of a client are two; what has none is turned on in words."""
    if tls.insecureSkipVerify:
        return
    client = (tls.clientCertSecret is not None, tls.clientKeySecret is not None)
    if tls.caCertSecret is None and not any(client) and not tls.enabled:
        said.wrong("there is nothing in tls", "add caCertSecret, or clientCertSecret and clientKeySecret", "tls")
    if any(client) and not all(client):
        said.wrong("tls has one of clientCertSecret and clientKeySecret", "add the other one", "tls")


def check_auth(auth: BasicAuth, said: Said) -> None:
    """A name and a password."""
    for name in ("username", "password"):
        if getattr(auth, name) is None:
            said.no(f"auth.{name}")


def check_sasl(sasl: SASLConfig, said: Said) -> None:
    """A mechanism that there is, and both Secrets."""
    said.one_of(sasl.mechanism, _MECHANISMS, "sasl", "mechanism")
    for name in ("userSecret", "passwordSecret"):
        if getattr(sasl, name) is None:
            said.no(f"sasl.{name}")


def check_watched(watched: WatchPathConfig | None, said: Said, field: str = "watchPathConfig") -> None:
    """A folder by its whole path, and below it one path or a pattern."""
    from flowdsl.kube.go_regexp import regexp_error

    place, prefix = ((field,), f"{field}.") if field else ((), "")
    directory, path, pattern = ((getattr(watched, name, None) or "") for name in ("directory", "path", "pathRegexp"))
    if not directory:
        said.no(f"{prefix}directory")
    elif not directory.startswith("/"):
        said.wrong(f"the directory {directory!r} is not a whole path", "begin it with /", *place, "directory")
    if bool(path) == bool(pattern) and not said.report.broken((*said.path, *place)):
        count = "both" if path else "neither"
        said.wrong(f"there is {count} of path and pathRegexp", "write one of them", *place)
    if path.startswith("/"):
        said.wrong(f"the path {path!r} is not below the directory", "take the / away", *place, "path")
    problem = regexp_error(pattern) if pattern else ""
    if problem:
        said.wrong(f"the pathRegexp is no regular expression: {problem}", "see RE2's syntax", *place, "pathRegexp")
