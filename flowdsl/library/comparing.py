"""`flowdsl.diff`: what differs in meaning between two sets of documents."""

from __future__ import annotations

from flowdsl.differ import Difference, compare
from flowdsl.library.documents import Documents, data_of


def diff(before: Documents, after: Documents) -> list[Difference]:
    """The differences in meaning from one set of documents to another, as `Added`, `Removed` and `Changed` objects.

    Raises UsageError for a path that is not there, FlowError for a pipeline that does not compile or YAML that is none.
    """
    return compare(data_of(before), data_of(after))
