"""Server-side apply and merge, as far as the fake API server goes: an owner a field."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

Object = dict[str, Any]


class RefusedError(Exception):
    def __init__(self, code: int, reason: str, message: str, causes: tuple[Object, ...] = ()) -> None:
        details = {"details": {"causes": list(causes)}} if causes else {}
        self.code = code
        self.status = {
            "kind": "Status",
            "status": "Failure",
            "code": code,
            "reason": reason,
            "message": message,
            **details,
        }


def applied(before: Object | None, body: Object, manager: str, *, force: bool) -> Object:
    """Server-side apply: an owner a field; lists are one field, which Tekton's CRDs make of theirs too."""
    item = copy.deepcopy(before) if before else {"metadata": {}}
    owners = item["metadata"].setdefault("managedFields", [])
    books = {each["manager"]: {tuple(one) for one in each["fieldsV1"]} for each in owners}
    wanted = dict(leaves({k: v for k, v in body.items() if k not in ("apiVersion", "kind")}))
    wanted = {k: v for k, v in wanted.items() if k != ("metadata", "name")}
    others = {field: name for name, fields in books.items() if name != manager for field in fields}
    causes = [
        {
            "reason": "FieldManagerConflict",
            "message": f'conflict with "{others[field]}"',
            "field": "." + ".".join(field),
        }
        for field, value in wanted.items()
        if field in others and value_at(item, field) != value
    ]
    if causes and not force:
        raise RefusedError(409, "Conflict", "Apply failed with conflicts", tuple(causes))
    for field in books.get(manager, set()) - set(wanted) - set(others):
        drop_at(item, field)
    item.update(apiVersion=body["apiVersion"], kind=body["kind"])
    for field, value in wanted.items():
        put_at(item, field, value)
    if force:
        books = {
            name: {f for f in held if f not in wanted or value_at(before or {}, f) == wanted[f]}
            for name, held in books.items()
        }
    books[manager] = set(wanted)
    item["metadata"]["managedFields"] = [
        {"manager": name, "operation": "Apply", "fieldsV1": sorted(map(list, held))}
        for name, held in sorted(books.items())
        if held
    ]
    return item


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(value, dict) and value:
        for key, each in value.items():
            yield from leaves(each, (*path, key))
    else:
        yield path, value


def value_at(item: Any, path: tuple[str, ...]) -> Any:
    for key in path:
        item = item.get(key) if isinstance(item, dict) else None
    return item


def put_at(item: Object, path: tuple[str, ...], value: Any) -> None:
    for key in path[:-1]:
        item = item.setdefault(key, {})
    item[path[-1]] = value


def drop_at(item: Object, path: tuple[str, ...]) -> None:
    for key in path[:-1]:
        item = item.get(key, {})
    item.pop(path[-1], None)


def merge(item: Object, change: Object) -> None:
    for key, value in change.items():
        if value is None:
            item.pop(key, None)
        elif isinstance(value, dict):
            merge(item.setdefault(key, {}), value)
        else:
            item[key] = value
