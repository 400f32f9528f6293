"""The facets of roles and their bindings: who may do what."""

from __future__ import annotations

from math import prod

from flowdsl.differ.facets import Taking

_OF_RULE = ("apiGroups", "resources", "resourceNames", "nonResourceURLs", "verbs")
_MOST = 10_000
"""Rights that are told one by one: lists of a rule multiply."""


def of_role(taking: Taking, role: dict[str, object]) -> None:
    """A Role or ClusterRole: each right by itself, however rules put them together."""
    rules = role.get("rules")
    if not isinstance(rules, list) or not all(_is_plain(each) for each in rules) or sum(map(_count, rules)) > _MOST:
        return
    del role["rules"]
    rights: dict[tuple[str, ...], set[str]] = {}
    for rule in rules:
        for path in _rights(rule):
            rights.setdefault(path, set()).update(rule.get("verbs", ()))
    for path, verbs in rights.items():
        taking.note("right", path, sorted(verbs))


def _is_plain(rule: object) -> bool:
    if not isinstance(rule, dict) or set(rule) - set(_OF_RULE):
        return False
    return all(isinstance(each, list) and all(isinstance(text, str) for text in each) for each in rule.values())


def _count(rule: dict[str, list[str]]) -> int:
    return prod(len(rule.get(name) or " ") for name in ("apiGroups", "resources", "resourceNames"))


def _rights(rule: dict[str, list[str]]) -> list[tuple[str, ...]]:
    urls = [("URL", each) for each in rule.get("nonResourceURLs", ())]
    names: list[tuple[str, ...]] = [(each,) for each in rule.get("resourceNames", ())] or [()]
    whole = [
        (f"{resource}.{group}" if group else resource, *name)
        for group in rule.get("apiGroups", ())
        for resource in rule.get("resources", ())
        for name in names
    ]
    return [*urls, *whole]


def of_role_binding(taking: Taking, binding: dict[str, object]) -> None:
    """A RoleBinding or ClusterRoleBinding."""
    taking.take("role", (), binding, "roleRef")
    for name, subject in taking.each(binding, "subjects"):
        kind, space = str(subject.pop("kind", "")), subject.pop("namespace", None)
        taking.note("subject", (kind, f"{space}/{name}" if space else name), subject or True)
