"""`flowdsl.diff`: what differs in meaning between two sets of documents."""

from __future__ import annotations

from collections.abc import Sequence

from flowdsl.diagnostics import UsageError
from flowdsl.differ import Difference, Impact, compare
from flowdsl.differ.inputs import Side, read
from flowdsl.library.documents import Documents, data_of


def diff(before: Documents, after: Documents) -> list[Difference]:
    """The differences in meaning from one set of documents to another, as `Added`, `Removed` and `Changed` objects.

    Each says in which `document` it is, of what (`subject`: a kind of facet and the names that lead to it), what it was
    and is, and how grave it is (`impact`: breaking, behavioural or cosmetic) and `why`. Order and what Tekton's
    defaulting fills in are no difference. Values are as they stand: `flowdsl.differ.render` hides what looks like a
    credential.

    Raises UsageError for a path that is not there, FlowError for a pipeline that does not compile or YAML that is none.
    """
    return compare(data_of(before), data_of(after))


def is_grave(found: Sequence[Difference], fail_on: str) -> bool:
    """Whether a difference is at least as grave as `fail_on`: `any`, `behavioural`, `breaking` or `never`."""
    if fail_on == "never":
        return False
    least = Impact.COSMETIC if fail_on == "any" else Impact[fail_on.upper()]
    return any(each.impact >= least for each in found)


def live_sides(words: Sequence[str], context: str, namespace: str, profile: str = "") -> tuple[Side, Side]:
    """What a cluster has under the names of the documents, and the documents. Raises UsageError, ClusterError."""
    if len(words) != 1:
        raise UsageError("--live compares one side with the cluster: `flowdsl diff --live pipelines/sonic.yaml`")
    from flowdsl.kubeclient.client import Target, connect
    from flowdsl.kubeclient.live import counterparts

    wanted = read(words[0], profile=profile)
    client = connect(Target(context=context, namespace=namespace))
    return Side(client.where, tuple(counterparts(client, wanted.documents))), wanted
