"""One comment on a pull request, renewed at each run: GitHub's and GitLab's APIs by plain HTTP."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from http.client import HTTPException

import attrs

from flowdsl.diagnostics import ClusterError, UsageError
from flowdsl.diagnostics.escape import line

MARKER = "<!-- flowdsl ci -->"
"""The first line of the comment: a later run finds its own by it, and renews it."""
TOKENS = ("GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN")
_PAGES = 20
_MOST = 16 * 1024 * 1024
"""Bytes of an answer: a page has a hundred comments of 65,536 characters at most."""


@attrs.frozen
class Forge:
    """Where the comments are: their URL, that of one comment (`{id}`), the header with the token, the verb to renew."""

    name: str
    comments: str
    one: str
    headers: Mapping[str, str] = attrs.field(repr=False)
    renew: str


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to wherever it points."""

    def redirect_request(self, *_: object) -> None:
        return None


def post(kind: str, text: str, environment: Mapping[str, str]) -> str:
    """Post or renew the comment; gives back a line on what was done.

    `kind` is `github`, `gitlab` or `auto`: what the environment says. Raises UsageError where that is incomplete, and
    ClusterError where the server can't be reached or refuses. The token is in no message.
    """
    forge = _forge(kind, environment)
    if forge is None:
        return "not a pull request: no comment was posted"
    try:
        existing = next(_mine(forge), None)
        if existing is None:
            _call(forge, "POST", forge.comments, {"body": text})
            return f"{forge.name}: comment posted"
        _call(forge, forge.renew, forge.one.format(id=existing), {"body": text})
        return f"{forge.name}: comment renewed"
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 403:
            return f"{forge.name}: the token may not comment (a pull request from a fork?); no comment was posted"
        raise ClusterError(f"{forge.name} answered {error.code} to the comment") from None
    except (OSError, HTTPException) as error:
        reason = getattr(error, "reason", error)
        why = reason.strerror if isinstance(reason, OSError) and reason.strerror else "the connection broke"
        raise ClusterError(f"{forge.name} can't be reached: {line(why)}") from None
    except (ValueError, TypeError):
        # What the environment gives makes no request; the exception has a header in its message, or the URL.
        raise ClusterError(
            f"no request can be made to {forge.name}: look at its URL and its token in the environment"
        ) from None


def _forge(kind: str, environment: Mapping[str, str]) -> Forge | None:
    if kind == "auto":
        kind = "gitlab" if environment.get("GITLAB_CI") else "github" if environment.get("GITHUB_REPOSITORY") else ""
    if kind == "github":
        return _github(environment)
    return _gitlab(environment) if kind == "gitlab" else None


def _github(environment: Mapping[str, str]) -> Forge | None:
    match = re.fullmatch(r"refs/pull/([0-9]+)/\w+", environment.get("GITHUB_REF", ""))
    if match is None:
        return None
    token, repository = _needed(environment, "GITHUB_TOKEN"), _needed(environment, "GITHUB_REPOSITORY")
    root = f"{environment.get('GITHUB_API_URL') or 'https://api.github.com'}/repos/{repository}/issues"
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/vnd.github+json"}
    return Forge("GitHub", f"{root}/{match[1]}/comments", root + "/comments/{id}", headers, "PATCH")


def _gitlab(environment: Mapping[str, str]) -> Forge | None:
    number = environment.get("CI_MERGE_REQUEST_IID", "")
    if not (number.isascii() and number.isdigit()):
        return None
    token, project = _needed(environment, "GITLAB_TOKEN"), _needed(environment, "CI_PROJECT_ID")
    root = f"{_needed(environment, 'CI_API_V4_URL')}/projects/{project}/merge_requests/{number}/notes"
    return Forge("GitLab", root, root + "/{id}", {"PRIVATE-TOKEN": token}, "PUT")


def _needed(environment: Mapping[str, str], name: str) -> str:
    value = environment.get(name, "")
    if not value:
        raise UsageError(f"{name} is not set: it is needed for the comment; or pass --comment none")
    if not (value.isprintable() and value.isascii()) or " " in value:
        raise UsageError(f"{name} has a line end, a blank or another character that no request may have")
    return value


def _mine(forge: Forge) -> Iterator[int]:
    """The comments that an earlier run made."""
    for page in range(1, _PAGES + 1):
        found = _call(forge, "GET", f"{forge.comments}?per_page=100&page={page}", None)
        for item in found if isinstance(found, list) else ():
            number, text = (item.get("id"), item.get("body")) if isinstance(item, dict) else (None, None)
            if isinstance(number, int) and isinstance(text, str) and text.startswith(MARKER):
                yield number
        if not isinstance(found, list) or len(found) < 100:
            return


def _call(forge: Forge, method: str, url: str, data: Mapping[str, str] | None) -> object:
    body = None if data is None else json.dumps(data).encode()
    headers = {**forge.headers, "Content-Type": "application/json", "User-Agent": "flowdsl"}
    request = urllib.request.Request(url, data=body, headers=headers, method=method)
    with urllib.request.build_opener(_NoRedirects).open(request, timeout=30) as answer:
        text = answer.read(_MOST + 1)
    if len(text) > _MOST:
        raise ClusterError(f"{forge.name} answered with more than {_MOST // 2**20} MiB")
    try:
        return json.loads(text) if text else None
    except (ValueError, RecursionError):
        raise ClusterError(f"{forge.name} answered what is no JSON") from None
