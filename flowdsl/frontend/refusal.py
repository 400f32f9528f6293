"""Stopping a trace with one finding at the user's line."""

from __future__ import annotations

import contextvars
from typing import NoReturn

from flowdsl.diagnostics import Finding, FlowError, Location, Severity
from flowdsl.frontend import places

REFUSED: contextvars.ContextVar[list[Finding] | None] = contextvars.ContextVar("flowdsl_refused", default=None)
"""What was refused in the trace under way. A pipeline function that catches the error must not compile all the same.

Nor one whose trace went on behind it, for what else there is to tell (`flowdsl.frontend.opaque.collected`).
"""


def refuse(code: str, message: str, hint: str, related: tuple[tuple[str, Location], ...] = ()) -> NoReturn:
    """Stop the trace with one diagnostic at the user's line."""
    said = Finding(code, Severity.ERROR, message, places.caller(), hint, related=related)
    refused = REFUSED.get()
    if refused is not None:
        refused.append(said)
    raise FlowError((said,))
