"""What is known of a provider: its headers, how it signs, and where each field stands in its payloads.

Matching on the laptop and what is emitted read the same tables.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from flowdsl.diagnostics.frozen import frozen
from flowdsl.ir.events import Happening

Interceptor = Literal["github", "gitlab", "bitbucket"]
NO_COMMIT = "0" * 40
"""What Git calls the commit of a branch that is not there."""


@frozen
class Place:
    """Where a field stands: `cel` gives it, and each of `paths` below the body has to be there for that."""

    cel: str
    paths: tuple[str, ...]


def at(path: str, *, strip: str = "", first: int = 0) -> Place:
    """The field at a path of the body; without what it begins with, or its first characters alone."""
    cel = f"body.{path}"
    if strip:
        cel = f"{cel}.substring({len(strip)})"
    return Place(f"{cel}.substring(0, {first})" if first else cel, (path,))


@frozen(kw_only=True)
class Occurrence:
    """How a provider tells of a push, a tag or a pull request.

    `types` are the values of its event header. `holds` says in CEL what makes it one that can start a run, for which
    `needs` has to be there. `files` gives in CEL whether one of the changed files matches `{pattern}`, `unknown` when
    the payload names not all of them. `label` holds for the event by which `{label}` was set.
    """

    types: tuple[str, ...]
    holds: tuple[str, ...]
    needs: tuple[str, ...]
    fields: Mapping[str, Place]
    files: str = ""
    unknown: str = ""
    label: str = ""
    label_needs: tuple[str, ...] = ()
    ready: str = ""
    """What holds for a pull request that is a draft no longer, where that is an event of its own."""


@frozen(kw_only=True)
class Provider:
    """One provider. `interceptor` is Triggers' that checks its signature; `delivery` are the headers that name one."""

    name: str
    title: str
    interceptor: Interceptor
    event_header: str
    delivery: tuple[str, ...]
    occurrences: Mapping[Happening, Occurrence]
    changed_files: bool = False
    """Whether the interceptor can ask for the files of a pull request."""


FILES_OF_COMMITS = "body.commits.exists(c, (c.added + c.modified + c.removed).exists(f, f.matches({pattern})))"
"""The files of a push, as GitHub, GitLab and Gitea list them with its commits."""
