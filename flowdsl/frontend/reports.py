"""`commit_status`: what `@pipeline(report=...)` takes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics.near import did_you_mean
from flowdsl.frontend import places
from flowdsl.frontend.fits import MisfitError, check, hints
from flowdsl.frontend.opaque import named
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.shown import runs
from flowdsl.ir.events import CommitStatus
from flowdsl.ir.types import NOTHING

if TYPE_CHECKING:
    from flowdsl.ir.volumes import Secret

_CODE = "FLOW392"
_CONTEXT = re.compile(r"[A-Za-z0-9](?:[\w./ ]|-(?!-)){0,79}", re.ASCII)
_ADDRESS = re.compile(r"https?://[^\s/@<>()\[\]|`\"'\\]+[^\s@<>()\[\]|`\"'\\]*")
_EXAMPLE = 'write `report=commit_status(token=Secret("git-token", "token"))`'


def _report(*given: object, **options: object) -> CommitStatus:
    if given:
        refuse(_CODE, f"commit_status takes its options by name, got {named(given[0])}", _EXAMPLE)
    types = hints(CommitStatus)
    takes = [each.name for each in attrs.fields(CommitStatus) if each.name != "location"]
    for name, value in options.items():
        if name not in takes:
            hint = did_you_mean(name, takes, f"it takes: {', '.join(takes)}")
            refuse(_CODE, f"commit_status takes no {name}=", hint)
        try:
            check(value, types[name])
        except MisfitError as error:
            refuse(_CODE, f"commit_status: {error.told(name)}", "see docs/events.md")
    made = CommitStatus(location=places.caller(), **{"token": None, **options})  # type: ignore[arg-type]  # checked
    _checked(made)
    return made


def _checked(made: CommitStatus) -> None:
    """What only its value shows to be wrong."""
    if not made.token or not made.token.key:
        refuse(_CODE, "commit_status without the Secret and the key of its token", _EXAMPLE)
    if made.context and not _CONTEXT.fullmatch(made.context):
        hint = "letters, digits, spaces and `. _ - /`, at most 80 of them"
        refuse(_CODE, f"context={made.context!r} is no name for a status", hint)
    for name, value in (("api", made.api), ("link", made.link)):
        if value and not _ADDRESS.fullmatch(value):
            refuse(_CODE, f"{name}={value!r} is not a URL", 'write it whole: "https://git.example.com/api/v1"')


@runs(_report)
def commit_status(
    *,
    token: Secret,
    context: str = "",
    comment: bool = True,
    api: str = "",
    link: str = "",
    baseline: Mapping[str, str | int | float | bool] = NOTHING,
) -> CommitStatus:
    """A run tells the Git provider how the commit that started it fares.

    The commit has the status *pending* when the run begins, and its end when it ends. A pull request has one comment,
    which each run renews: how the run ended, and what the pipeline returns.

    Args:
        token: The Secret, and its key, with a token that may set statuses and write comments.
        context: What the status is called, where that is not the pipeline's name.
        comment: False leaves the comment out.
        api: Where the provider's API is, if not at github.com or gitlab.com: `"https://git.example.com/api/v1"`.
        link: The page of a run; `{namespace}` and `{run}` stand for its own.
        baseline: What results of the pipeline are shown beside, by their names.
    """
    raise NotImplementedError
