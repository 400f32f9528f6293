"""The three requests that the controller makes of the API server, with what a pod has for them."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from sonic_flow.direct import opener, token_of

ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/"""
ANSWER_MOST = 32 << 20
"""Bytes of an answer that are read."""
PAGE = 200
"""CustomRuns that are asked for at once."""


class ApiError(Exception):
    """The API server refused, or was not there; `status` is 0 then."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Api(NamedTuple):
    """Where the API server is, and who asks. The token's file is read at each request: it is renewed."""

    server: str
    namespace: str
    token: Path = ACCOUNT / "token"
    certificate: Path = ACCOUNT / "ca.crt"

    def custom_runs(self) -> list[dict[str, object]]:
        """All CustomRuns of the namespace. Raises ApiError."""
        found: list[dict[str, object]] = []
        more = ""
        while True:
            query = urllib.parse.urlencode({"limit": PAGE, **({"continue": more} if more else {})})
            answer = self._ask("GET", f"{self._path()}?{query}")
            items = answer.get("items")
            found += [each for each in items if isinstance(each, dict)] if isinstance(items, list) else []
            metadata = answer.get("metadata")
            more = str(metadata.get("continue") or "") if isinstance(metadata, dict) else ""
            if not more:
                return found

    def patch_status(self, name: str, version: str, status: Mapping[str, object]) -> None:
        """Set fields of a CustomRun's status, if it is as it was read. Raises ApiError (409: it is not)."""
        body = {"metadata": {"resourceVersion": version}, "status": status}
        self._ask("PATCH", f"{self._path()}/{urllib.parse.quote(name, safe='')}/status", body)

    def _path(self) -> str:
        return f"/apis/tekton.dev/v1beta1/namespaces/{urllib.parse.quote(self.namespace, safe='')}/customruns"

    def _ask(self, method: str, path: str, body: object = None) -> dict[str, object]:
        what = f"{method} {path.partition('?')[0]}"
        try:
            found = json.loads(self._answer(method, path, body))
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, f"{what}: {error.code}: {_refusal(error)}") from None
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as error:
            raise ApiError(0, f"{what}: {getattr(error, 'reason', None) or str(error) or repr(error)}") from None
        return found if isinstance(found, dict) else {}

    def _answer(self, method: str, path: str, body: object) -> bytes:
        """The answer's body. Raises what urllib and the files raise, and ValueError."""
        headers = {"Authorization": f"Bearer {token_of(self.token)}", "Accept": "application/json"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), "application/merge-patch+json"
        request = urllib.request.Request(f"{self.server}{path}", data, headers, method=method)
        trust = ssl.create_default_context(cafile=str(self.certificate))
        with opener(trust).open(request, timeout=30) as response:
            text = bytes(response.read(ANSWER_MOST + 1))
        if len(text) > ANSWER_MOST:
            raise ValueError(f"the answer has more than {ANSWER_MOST} bytes")
        return text


def _refusal(error: urllib.error.HTTPError) -> str:
    """What the API server says of its refusal; its reason where that can't be read."""
    try:
        with error:
            return _message(error.read(2000).decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        return str(error.reason)


def _message(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = text
    said = str(found.get("message", "")) if isinstance(found, dict) else text
    return "".join(char if char.isprintable() else " " for char in said)[:400]
