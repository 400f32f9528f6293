"""Roles, their bindings and accounts as the API server checks them.

Source: Kubernetes' pkg/apis/rbac/validation/validation.go and ValidateServiceAccount (v1.36.3).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.kubernetes_names import SEGMENT_HINT, check_labels, check_object_name, is_segment
from flowdsl.check.names import SUBDOMAIN_HINT
from flowdsl.diagnostics.near import did_you_mean
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds import table
from flowdsl.kube.object_names import is_subdomain

if TYPE_CHECKING:
    from flowdsl.kinds.rbac import (
        AggregationRule,
        ClusterRole,
        ClusterRoleBinding,
        PolicyRule,
        Role,
        RoleBinding,
        RoleRef,
        Subject,
    )
    from flowdsl.kinds.services import ServiceAccount

ACCESS_REFUSED = Rule("FLOW438", "access-refused", "a role or a binding that Kubernetes refuses")
_OF_RBAC = ("User", "Group")
_NEEDED = {
    "apiGroups": 'add `apiGroups:`; the core group is ""',
    "resources": "add `resources:`, such as [pods]",
}
"""What a rule for resources has, with the hint where it is not there."""


def check_service_account(account: ServiceAccount, _: Gates, report: Report) -> None:
    """FLOW204."""
    check_object_name(account.metadata, is_subdomain, report)


def check_role(role: Role, _: Gates, report: Report) -> None:
    """FLOW204, FLOW438."""
    check_object_name(role.metadata, is_segment, report)
    _rules(role.rules or (), report, namespaced=True)


def check_cluster_role(role: ClusterRole, _: Gates, report: Report) -> None:
    """FLOW204, FLOW438."""
    check_object_name(role.metadata, is_segment, report)
    _rules(role.rules or (), report, namespaced=False)
    if role.aggregationRule is not None:
        _aggregated(role.aggregationRule, report)


def _aggregated(rule: AggregationRule, report: Report) -> None:
    path: Path = ("aggregationRule", "clusterRoleSelectors")
    if not rule.clusterRoleSelectors and not report.broken(path):
        report.add(
            ACCESS_REFUSED, path[:1], "it has no clusterRoleSelectors", "add a selector of the roles it is made of"
        )
    for index, selector in enumerate(rule.clusterRoleSelectors or ()):
        check_labels(selector.matchLabels or {}, (*path, index, "matchLabels"), ACCESS_REFUSED, report)


def _rules(rules: Sequence[PolicyRule], report: Report, *, namespaced: bool) -> None:
    for index, rule in enumerate(rules):
        path: Path = ("rules", index)
        if not rule.verbs and not report.broken((*path, "verbs")):
            report.add(ACCESS_REFUSED, path, "the rule has no verbs", "add `verbs:`, such as [get, list, watch]")
        if rule.nonResourceURLs:
            _urls(rule, (*path, "nonResourceURLs"), report, namespaced=namespaced)
            continue
        for field, hint in _NEEDED.items():
            if not getattr(rule, field) and not report.broken((*path, field)):
                report.add(ACCESS_REFUSED, path, f"the rule has no {field}", hint)


def _urls(rule: PolicyRule, path: Path, report: Report, *, namespaced: bool) -> None:
    if namespaced:
        hint = f"write a {table.CLUSTER_ROLE.name}"
        report.add(ACCESS_REFUSED, path, "URLs belong to no namespace, and this role to one", hint)
    elif rule.apiGroups or rule.resources or rule.resourceNames:
        report.add(ACCESS_REFUSED, path, "a rule is for URLs or for resources", "make two rules of it")


def check_role_binding(binding: RoleBinding, _: Gates, report: Report) -> None:
    """FLOW204, FLOW438."""
    check_object_name(binding.metadata, is_segment, report)
    _reference(binding.roleRef, (table.ROLE.name, table.CLUSTER_ROLE.name), report)
    _subjects(binding.subjects or (), report, namespaced=True)


def check_cluster_role_binding(binding: ClusterRoleBinding, _: Gates, report: Report) -> None:
    """FLOW204, FLOW438."""
    check_object_name(binding.metadata, is_segment, report)
    _reference(binding.roleRef, (table.CLUSTER_ROLE.name,), report)
    _subjects(binding.subjects or (), report, namespaced=False)


def _reference(reference: RoleRef | None, kinds: tuple[str, ...], report: Report) -> None:
    path: Path = ("roleRef",)
    if report.broken(path):
        return
    if reference is None:
        report.add(ACCESS_REFUSED, (), "the binding has no roleRef", "add `roleRef:` with apiGroup, kind and name")
        return
    # The API server fills in an apiGroup that is not there (SetDefaults_RoleBinding).
    if reference.apiGroup and reference.apiGroup != table.RBAC:
        report.add(ACCESS_REFUSED, (*path, "apiGroup"), f"no role is of {reference.apiGroup!r}", f"write {table.RBAC}")
    _known("kind", reference.kind, kinds, path, report)
    if not reference.name:
        report.add(ACCESS_REFUSED, path, "there is no name", "add `name:`, that of the role")
    elif not is_segment(reference.name):
        report.add(ACCESS_REFUSED, (*path, "name"), f"{reference.name!r} is no name of a role", SEGMENT_HINT)


def _known(field: str, value: str | None, words: tuple[str, ...], path: Path, report: Report) -> bool:
    """Whether a field has one of the words."""
    if value in words:
        return True
    usual = f"it is {' or '.join(words)}"
    if value:
        hint = did_you_mean(value, words, usual)
        report.add(ACCESS_REFUSED, (*path, field), f"{value!r} can't be meant here", hint)
    else:
        report.add(ACCESS_REFUSED, path, f"there is no {field}", usual)
    return False


def _subjects(subjects: Sequence[Subject], report: Report, *, namespaced: bool) -> None:
    for index, subject in enumerate(subjects):
        path: Path = ("subjects", index)
        if report.broken(path):
            continue
        if not subject.name:
            report.add(ACCESS_REFUSED, path, "the subject has no name", "add `name:`")
        account = table.SERVICE_ACCOUNT.name
        if not _known("kind", subject.kind, (account, *_OF_RBAC), path, report):
            continue
        if subject.kind == account:
            _account(subject, path, report, namespaced=namespaced)
        elif subject.apiGroup and subject.apiGroup != table.RBAC:
            report.add(
                ACCESS_REFUSED,
                (*path, "apiGroup"),
                f"no {subject.kind} is of {subject.apiGroup!r}",
                f"write {table.RBAC}",
            )


def _account(subject: Subject, path: Path, report: Report, *, namespaced: bool) -> None:
    if subject.name and not is_subdomain(subject.name):
        report.add(ACCESS_REFUSED, (*path, "name"), f"{subject.name!r} is no name of an account", SUBDOMAIN_HINT)
    if subject.apiGroup:
        report.add(ACCESS_REFUSED, (*path, "apiGroup"), "an account is of the core group", "leave apiGroup out")
    if not namespaced and not subject.namespace:
        report.add(ACCESS_REFUSED, path, "the account has no namespace", "add `namespace:`, that of the account")
