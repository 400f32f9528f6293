"""`flowdsl.diff`: what differs in meaning between two sets of documents."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.differ import Difference, Impact, compare
from flowdsl.differ.inputs import Side, read
from flowdsl.kinds.table import KINDS
from flowdsl.library.documents import Document, Documents, data_of
from flowdsl.library.targets import is_python

if TYPE_CHECKING:
    from flowdsl.kubeclient.client import Target
    from flowdsl.kubeclient.owners import Owner
    from flowdsl.library.inputs import Values


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


@attrs.frozen
class Drift:
    """What a cluster has under the names of documents, the documents, and who else wrote what it has, by document."""

    before: Side
    after: Side
    owners: Mapping[str, Sequence[Owner]]

    def told(self, found: Sequence[Difference]) -> dict[str, list[str]]:
        """The owners of what differs, in words."""
        names = dict.fromkeys(f"{each.document.kind} {each.document.name}" for each in found)
        return {name: [str(owner) for owner in self.owners[name]] for name in names if self.owners.get(name)}


def drift(words: Sequence[str], values: Values, target: Target) -> Drift:
    """What a cluster has, and what it should have: runs, which nobody applies, are left out.

    Raises UsageError, FlowError for what does not compile, ClusterError.
    """
    if len(words) != 1:
        raise UsageError("--live compares one side with the cluster: `flowdsl diff --live pipelines/sonic.yaml`")
    from flowdsl.kubeclient.client import connect
    from flowdsl.kubeclient.live import counterparts
    from flowdsl.kubeclient.owners import others
    from flowdsl.kubeclient.resources import metadata_of

    wanted, namespace = _wanted(words[0], values)
    client = connect(attrs.evolve(target, namespace=target.namespace or namespace))
    live = counterparts(client, wanted.documents)
    owners = {f"{each.get('kind')} {metadata_of(each).get('name')}": others(metadata_of(each)) for each in live}
    return Drift(Side(client.where, tuple(live)), wanted, owners)


def _wanted(word: str, values: Values) -> tuple[Side, str]:
    """The documents, and the namespace that they say."""
    from flowdsl.library.inputs import Files, to_apply

    if is_python(word):
        inputs = to_apply(Files((word,)), values)
        return Side(word, _lasting(inputs.documents)), inputs.namespace
    if values.params or values.profile or values.alpha or values.events:
        raise UsageError("--set, --profile, --alpha and --events are for what compiles; name a pipeline's Python file")
    side = read(word)
    return Side(side.name, _lasting(side.documents), side.problems), ""


def _lasting(documents: Iterable[Document]) -> tuple[dict[str, object], ...]:
    return tuple(dict(each) for each in documents if each.get("kind") not in _RUNS)


_RUNS = frozenset(kind.name for kind in KINDS if kind.is_run)
