"""The file that lets `kubectl apply -k` take a directory of compiled YAML."""

from __future__ import annotations

from collections.abc import Iterable

from flowdsl.kinds.table import KUSTOMIZATION


def kustomization(names: Iterable[str]) -> dict[str, object]:
    """A Kustomization listing `names` (paths relative to its directory) in the order given.

    Raises ValueError for a name given twice: kustomize refuses a resource that is there already.
    """
    resources = list(names)
    repeated = sorted({name for name in resources if resources.count(name) > 1})
    if repeated:
        raise ValueError(f"listed more than once: {', '.join(repeated)}")
    return {**KUSTOMIZATION.header, "resources": resources}
