"""The interceptors that come with Triggers: pkg/interceptors of v0.37.0.

Each takes the request and its params, and gives extensions or says why the trigger stops.
"""

from __future__ import annotations

import datetime
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from typing import Any

import attrs

from flowdsl.celgo.goes import canonical, json_object
from flowdsl.celgo.native import native
from flowdsl.celgo.tree import CelError, CelLimitError
from flowdsl.celgo.triggers import value_of
from flowdsl.celgo.values import UInt, kind

from .overlays import OverlayError, OverlayLimitError, put


class Stopped(Exception):  # noqa: N818 - what an interceptor says is no mistake
    """The interceptor lets the event go no further; the text says why."""


class Undecided(Exception):  # noqa: N818
    """What the interceptor says can't be known here; the text says why."""


@attrs.frozen
class Request:
    """What an interceptor sees."""

    body: str
    """As JSON carries it between the sink and its interceptors."""
    header: Mapping[str, list[str]]
    """By canonical names."""
    url: str
    extensions: dict[str, Any]
    secrets: Secrets
    changed_files: tuple[str, ...] | None
    """Of a pull request on GitHub, which Triggers asks GitHub for."""

    def first(self, name: str) -> str:
        """A header's first value, or nothing."""
        return (self.header.get(canonical(name)) or [""])[0]


@attrs.frozen
class Secrets:
    """What Secrets hold by (name, key), without a name for all, without a key for all of the name's.

    With `trusted` a check whose Secret isn't there passes.
    """

    known: Mapping[tuple[str, str], str]
    trusted: bool = False

    def of(self, name: str, key: str) -> str | None:
        """The value; None for one that is trusted. Raises Stopped."""
        known = self.known
        value = known.get((name, key), known.get((name, ""), known.get(("", ""))))
        if value is None and not self.trusted:
            raise Stopped(f"the Secret {name} with the key {key} is not here")
        return value


Params = Mapping[str, Any]


def called(name: str, params: Params, request: Request) -> dict[str, Any]:
    """What an interceptor adds to the extensions. Raises Stopped or Undecided."""
    known = _CORE.get(name.lower())
    if known is None:
        raise Undecided(f"the interceptor {name} is a service of the cluster, which is not asked from here")
    return known(params, request)


def _param(params: Params, name: str, kinds: type | tuple[type, ...]) -> Any:
    """A param of a kind or None; Go's JSON takes its name in any case."""
    found = [params[each] for each in sorted(params) if each.lower() == name.lower()]
    value = params[name] if name in params else found[-1] if found else None
    if value is not None and not isinstance(value, kinds):
        raise Stopped(f"failed to parse interceptor params: {name}")
    return value


def _allowed(params: Params, event: str) -> None:
    types = _param(params, "eventTypes", list)
    if types is not None and event not in types:
        listed = ", ".join(map(str, types))
        raise Stopped(
            f"the event is {event!r}, and of the types {listed}" if event else f"no event of the types {listed}"
        )


def _secret(params: Params, request: Request, header: str) -> tuple[str, str] | None:
    """The header that proves the sender and the Secret for it; None where nothing is to be proven."""
    reference = _param(params, "secretRef", dict)
    if reference is None:
        return None
    key = _field(reference, "secretKey")
    if not key:
        raise Stopped("secretRef.secretKey is empty")
    value = request.secrets.of(_field(reference, "secretName"), key)
    if value is None:
        return None
    if not (given := request.first(header)):
        raise Stopped(f"no {header} header")
    return given, value


_HASHES: dict[str, Callable[..., Any]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256, "sha512": hashlib.sha512}


def _signed(params: Params, request: Request, header: str) -> None:
    proof = _secret(params, request, header)
    if proof is None:
        return
    given, value = proof
    kind, _, digits = given.partition("=")
    if kind not in _HASHES:
        raise Stopped(f"unknown hash type prefix in {header}")
    wanted = hmac.new(value.encode(), request.body.encode(), _HASHES[kind]).digest()
    try:
        matches = hmac.compare_digest(bytes.fromhex(digits), wanted) and digits == "".join(digits.split())
    except ValueError:
        raise Stopped(f"error decoding signature in {header}") from None
    if not matches:
        raise Stopped("payload signature check failed: another Secret, or another body, than the sender's")


def _github(params: Params, request: Request) -> dict[str, Any]:
    if request.first("Content-Type") == "application/x-www-form-urlencoded":
        raise Stopped("form parameter encoding not supported, please change the hook to send JSON payloads")
    event = request.first("X-GitHub-Event")
    _allowed(params, event)
    _signed(params, request, "X-Hub-Signature-256")
    if (_param(params, "addChangedFiles", dict) or {}).get("enabled"):
        return _changed(event, request)
    if (_param(params, "githubOwners", dict) or {}).get("enabled") and event in {"pull_request", "issue_comment"}:
        raise Undecided("githubOwners asks GitHub who the sender is, which is not asked from here")
    return {}


def _changed(event: str, request: Request) -> dict[str, Any]:
    if event not in {"push", "pull_request"}:
        return {}
    try:
        body = json_object(request.body)
    except ValueError as error:
        raise Stopped(f"error parsing body: {error}") from None
    if event == "pull_request" and "number" not in body:
        raise Stopped("error parsing body: pull_request body missing 'number' field")
    repository = body.get("repository")
    if not isinstance(repository, dict) or not isinstance(repository.get("full_name"), str):
        raise Stopped("error parsing body: payload body missing 'repository.full_name' field")
    files = _files(body)
    if event == "pull_request":
        if request.changed_files is None:
            raise Undecided("addChangedFiles asks GitHub for the files of a pull request, which is not asked from here")
        files = [*request.changed_files]
    return {"changed_files": ",".join(files)}


def _files(body: Mapping[str, Any]) -> list[str]:
    files: list[str] = []
    commits = body.get("commits")
    for commit in commits if isinstance(commits, list) else ():
        for what in ("added", "modified", "removed"):
            names = commit.get(what) if isinstance(commit, dict) else None
            if not isinstance(names, list):
                raise Stopped(f"error parsing body: payload body missing 'commits.*.{what}' field")
        files += [str(name) for what in ("added", "modified", "removed") for name in commit[what]]
    return files


def _gitlab(params: Params, request: Request) -> dict[str, Any]:
    _allowed(params, request.first("X-Gitlab-Event"))
    proof = _secret(params, request, "X-Gitlab-Token")
    if proof and not hmac.compare_digest(proof[0].encode(), proof[1].encode()):
        raise Stopped("Invalid X-GitLab-Token")
    return {}


def _bitbucket(params: Params, request: Request) -> dict[str, Any]:
    _allowed(params, request.first("X-Event-Key"))
    _signed(params, request, "X-Hub-Signature")
    return {}


def _slack(params: Params, request: Request) -> dict[str, Any]:
    if request.first("Content-Type") != "application/x-www-form-urlencoded":
        raise Stopped("missing header in payload: ContentType application/x-www-form-urlencoded")
    if not request.first("X-Slack-Signature"):
        raise Stopped("no X-Slack-Signature header")
    try:
        payload = json_object(request.body)
    except ValueError as error:
        raise Stopped(f"failed to unmarshal slack payload: {error}") from None
    fields = _param(params, "requestedFields", list)
    if fields is None:
        raise Stopped("missing requested field definition")
    for field in fields:
        if field not in payload:
            raise Stopped(f"the requested field {field} is not in the payload")
    return {field: payload[field] for field in fields}


def _cel(params: Params, request: Request) -> dict[str, Any]:
    filtered = _param(params, "filter", str)
    overlays = _param(params, "overlays", list) or ()
    try:
        body = json_object(request.body or "{}")
    except ValueError as error:
        raise Stopped(f"failed to parse the body as JSON: {error}") from None
    variables = {
        "body": body, "header": {name: [*values] for name, values in request.header.items()},
        "extensions": request.extensions, "requestURL": request.url,
    }  # fmt: skip
    if filtered:
        value = _evaluated(filtered, variables, request)
        if value is not True:
            raise Stopped(f"the filter is {_told(value)}: {filtered}")
    found: dict[str, Any] = {}
    for overlay in overlays:
        key, expression = (_field(overlay, name) for name in ("key", "expression"))
        value = _evaluated(expression, variables, request)
        try:
            put(found, key, _extension(value))
        except OverlayLimitError as error:
            raise Undecided(f"an overlay can't be made here: {error}") from None
        except OverlayError as error:
            raise Stopped(f"the overlay {key}: {error}") from None
    return found


def _field(part: Any, name: str) -> str:
    """A text of a part of a param, "" where it is absent. Raises Stopped for what Go can't unmarshal."""
    value = part.get(name) if isinstance(part, dict) else part
    if isinstance(part, (dict, type(None))) and value is None:
        return ""
    if not isinstance(part, dict) or not isinstance(value, str):
        raise Stopped(f"failed to parse interceptor params: {name} is no text")
    return value


def _evaluated(expression: str, variables: Mapping[str, Any], request: Request) -> Any:
    def secret(key: str, name: str) -> str:
        try:
            value = request.secrets.of(name, key)
        except Stopped as error:
            raise CelError(str(error)) from None
        if value is None:
            raise Undecided(f"compareSecret asks for the Secret {name}, which is not here")
        return value

    try:
        return value_of(expression, variables, secret)
    except CelError as error:
        raise Stopped(f"{error}, in {expression}") from None
    except CelLimitError as error:
        raise Undecided(f"{error}: {expression}") from None


def _told(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 80 else f"{text[:77]}..."


def _extension(value: Any) -> Any:
    """A value as JSON. Raises Stopped for what the interceptor can't convert: not all that a list may hold."""
    try:
        if value is None or isinstance(value, (UInt, datetime.datetime, datetime.timedelta)):
            raise CelError(f"{kind(value)} to JSON")
        return native(value)
    except CelError as error:
        raise Stopped(f"failed to convert overlay result to type: {error}") from None


_CORE: dict[str, Callable[[Params, Request], dict[str, Any]]] = {
    "github": _github, "gitlab": _gitlab, "bitbucket": _bitbucket, "slack": _slack, "cel": _cel,
}  # fmt: skip


def form(body: str) -> str:
    """A form as the JSON that Triggers makes of it. Raises Undecided."""
    import urllib.parse

    try:
        pairs = urllib.parse.parse_qs(body, keep_blank_values=True, max_num_fields=10_000)
    except ValueError:
        raise Undecided("the form has too many fields to be read here") from None
    return json.dumps(pairs) if len(pairs) > 1 else body
