"""A difference as an object: what it is about, what it means for those who use the documents, and both values."""

from __future__ import annotations

import enum
from typing import ClassVar

import attrs


class Impact(enum.IntEnum):
    """What a difference means, the gravest last.

    `COSMETIC`: what runs is the same. `BEHAVIOURAL`: what runs is another. `BREAKING`: a caller that worked before, or
    a trigger that is set up, fails.
    """

    COSMETIC = 0
    BEHAVIOURAL = 1
    BREAKING = 2

    @property
    def word(self) -> str:
        """In lower case, as it is printed."""
        return self.name.lower()


@attrs.frozen
class Subject:
    """What a facet of a document is: `kind` (param, image, edge, …) and `path`, the names that lead to it.

    `build`, `compile`, `LEVEL` under the kind `env` is the variable LEVEL of the step compile of the task build.
    """

    kind: str
    path: tuple[str, ...] = ()


@attrs.frozen
class DocumentId:
    """Which document: kind and name, and the namespace where one is written."""

    kind: str
    name: str
    namespace: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace + '/' if self.namespace else ''}{self.name}"


@attrs.frozen
class Difference:
    """One difference. `message` says it in a line without values; those are in the classes below."""

    change: ClassVar[str] = ""

    document: DocumentId
    subject: Subject
    impact: Impact
    why: str = ""


@attrs.frozen
class Added(Difference):
    """It is only in the second set."""

    change: ClassVar[str] = "added"

    after: object = None


@attrs.frozen
class Removed(Difference):
    """It is only in the first set."""

    change: ClassVar[str] = "removed"

    before: object = None


@attrs.frozen
class Changed(Difference):
    """It is in both, otherwise. A document or task under another name has the names as values."""

    change: ClassVar[str] = "changed"

    before: object = None
    after: object = None
