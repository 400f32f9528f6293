"""PersistentVolumeClaim as the API server checks it: how it is mounted, how large it is, what it is filled from.

Source: ValidatePersistentVolumeClaim in Kubernetes' pkg/apis/core/validation/validation.go (v1.36.3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.forms import check_word
from flowdsl.check.gates import Gates
from flowdsl.check.held import DATA_REFUSED, check_held_name
from flowdsl.check.kubernetes_names import check_labels
from flowdsl.check.names import LABEL_HINT, SUBDOMAIN_HINT
from flowdsl.kinds.table import CLAIM
from flowdsl.kube import parse_quantity
from flowdsl.kube.object_names import is_label, is_subdomain

if TYPE_CHECKING:
    from flowdsl.kinds.claims import PersistentVolumeClaim, PersistentVolumeClaimSpec
    from flowdsl.kinds.meta_rare import LabelSelector, TypedLocalObjectReference, TypedObjectReference

_SPEC: Path = ("spec",)
_ALONE = "ReadWriteOncePod"
_MODES = ("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", _ALONE)
_VOLUMES = ("Filesystem", "Block")
_STORAGE = "storage"


def check_claim(claim: PersistentVolumeClaim, _: Gates, report: Report) -> None:
    """FLOW204, FLOW498."""
    check_held_name(claim.metadata, report)
    if report.broken(_SPEC):
        return
    if claim.spec is None:
        report.add(DATA_REFUSED, (), "the claim has no spec", "add `spec:` with accessModes and resources")
        return
    _modes(claim.spec, report)
    _size(claim.spec, report)
    for field in ("storageClassName", "volumeAttributesClassName"):
        name = getattr(claim.spec, field)
        if name and not is_subdomain(name):
            report.add(DATA_REFUSED, (*_SPEC, field), f"{name!r} is no name of a class", SUBDOMAIN_HINT)
    if claim.spec.selector is not None:
        _selector(claim.spec.selector, (*_SPEC, "selector"), report)
    _sources(claim.spec, report)


def _modes(spec: PersistentVolumeClaimSpec, report: Report) -> None:
    path: Path = (*_SPEC, "accessModes")
    modes = spec.accessModes or ()
    if not modes:
        report.add(DATA_REFUSED, _SPEC, "the claim has no accessModes", f"add `accessModes: [{_MODES[0]}]`")
    for index, mode in enumerate(modes):
        check_word(mode, _MODES, (*path, index), DATA_REFUSED, report)
    if _ALONE in modes and {*modes} & {*_MODES[:-1]}:
        report.add(DATA_REFUSED, path, f"{_ALONE} stands beside another mode", "leave one of them")
    if spec.volumeMode is not None:
        check_word(spec.volumeMode, _VOLUMES, (*_SPEC, "volumeMode"), DATA_REFUSED, report)


def _size(spec: PersistentVolumeClaimSpec, report: Report) -> None:
    requests = (spec.resources.requests if spec.resources else None) or {}
    size = requests.get(_STORAGE)
    if _STORAGE not in requests:
        hint = "add `resources: {requests: {storage: 10Gi}}`"
        report.add(DATA_REFUSED, _SPEC, "the claim does not say how much storage it asks for", hint)
    elif size is None or parse_quantity(str(size)) <= 0:
        at = (*_SPEC, "resources", "requests", _STORAGE)
        report.add(DATA_REFUSED, at, f"a claim can't be for {size or 0} of storage", "write a size, such as 10Gi")


def _selector(selector: LabelSelector, path: Path, report: Report) -> None:
    check_labels(selector.matchLabels or {}, (*path, "matchLabels"), DATA_REFUSED, report)
    for index, each in enumerate(selector.matchExpressions or ()):
        here: Path = (*path, "matchExpressions", index)
        operators = ("In", "NotIn", "Exists", "DoesNotExist")
        check_word(each.operator or "", operators, (*here, "operator"), DATA_REFUSED, report)
        if each.operator in operators and (each.operator in operators[:2]) != bool(each.values):
            message = f"{each.operator} {'has no' if not each.values else 'takes no'} values"
            report.add(DATA_REFUSED, here, message, "In and NotIn have `values:`, the others none")
        check_labels({each.key or "": ""}, here, DATA_REFUSED, report)
        for value in each.values or ():
            check_labels({"key": value}, (*here, "values"), DATA_REFUSED, report)


def _sources(spec: PersistentVolumeClaimSpec, report: Report) -> None:
    one, other = spec.dataSource, spec.dataSourceRef
    for field, source in (("dataSource", one), ("dataSourceRef", other)):
        if source is not None:
            _source(source, (*_SPEC, field), report)
    space = other.namespace if other else None
    if other is not None and space and not is_label(space):
        at = (*_SPEC, "dataSourceRef", "namespace")
        report.add(DATA_REFUSED, at, f"{space!r} is no name of a namespace", LABEL_HINT)
    if one is None or other is None:
        return
    if space:
        message = "a dataSourceRef of another namespace stands beside a dataSource"
        report.add(DATA_REFUSED, (*_SPEC, "dataSource"), message, "leave dataSource out")
    elif (one.apiGroup, one.kind or "", one.name or "") != (other.apiGroup, other.kind or "", other.name or ""):
        message = "dataSource and dataSourceRef name different objects"
        report.add(DATA_REFUSED, (*_SPEC, "dataSource"), message, "leave dataSource out")


def _source(source: TypedLocalObjectReference | TypedObjectReference, path: Path, report: Report) -> None:
    for field in ("name", "kind"):
        if not getattr(source, field):
            report.add(DATA_REFUSED, path, f"there is no {field}", f"add `{field}:`")
    group = source.apiGroup or ""
    if group and not is_subdomain(group):
        report.add(DATA_REFUSED, (*path, "apiGroup"), f"{group!r} is no group", SUBDOMAIN_HINT)
    if not group and source.kind and source.kind != CLAIM.name:
        message = f"without an apiGroup it is a {CLAIM.name}, and not a {source.kind}"
        report.add(DATA_REFUSED, path, message, "add `apiGroup:`, such as snapshot.storage.k8s.io")
