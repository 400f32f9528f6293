"""What goes wrong between here and an API server, in words that say what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flowdsl.diagnostics import ClusterError

_WORDS = {
    401: "the cluster does not know you: the token is missing or has expired; log in again",
    403: "you may not do that here: {message}",
    404: "it is not there: {message}",
    409: "it was changed meanwhile, or is there already: {message}",
    429: "the API server is busy; try again later",
}


@contextmanager
def told(doing: str) -> Iterator[None]:
    """Turn what the client raises into a ClusterError that begins with what was being done."""
    from kubernetes.client.exceptions import ApiException
    from urllib3.exceptions import HTTPError, MaxRetryError

    try:
        yield
    except ApiException as error:
        raise ClusterError(f"{doing}: {explain(error)}") from error
    except MaxRetryError as error:
        raise ClusterError(f"{doing}: the API server can't be reached: {error.reason}") from error
    except HTTPError as error:
        raise ClusterError(f"{doing}: the connection broke: {error}") from error


def explain(error: Any) -> str:
    """An answer of the API server in a line."""
    message = message_of(error)
    if error.status in _WORDS:
        return _WORDS[error.status].format(message=message)
    if error.status and error.status >= 500:
        return f"the API server failed ({error.status}): {message}"
    return message


def message_of(error: Any) -> str:
    """The `message` of the Status that came with an answer, or the HTTP reason."""
    try:
        return str(json.loads(error.body)["message"])
    except (TypeError, ValueError, KeyError):
        return str(error.reason or error)
