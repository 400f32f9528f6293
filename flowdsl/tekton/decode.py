"""Reading documents as Go's decoder does, where that differs from pydantic, and saying what is wrong in Tekton's terms.

Go matches field names without regard to case (encoding/json, "preferring exact matches"), so `tAskRef` is `taskRef`.
"""

from __future__ import annotations

import copy
import difflib
import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import attrs
from pydantic import ValidationError

from flowdsl.tekton.base import Model

_ROUNDS = 8


@attrs.frozen
class DecodeError:
    """One thing Tekton's decoder refuses: where in the document, and `kind`, pydantic's error type or `unknown`."""

    location: tuple[int | str, ...]
    kind: str
    message: str
    suggestion: str = ""

    @property
    def path(self) -> str:
        """The place as Tekton writes it."""
        return field_path(self.location)


def validate(model: type[Model], document: Mapping[str, Any]) -> Model:
    """The model of a document. Raises ValidationError with what no reader would forgive."""
    # A renamed parent brings its own fields to light, so a few rounds; each changes something or ends it.
    for _ in range(_ROUNDS):
        try:
            return model.model_validate(document)
        except ValidationError as error:
            changed = _as_yaml_reads(document, error)
            if changed is None:
                raise
            document = changed
    return model.model_validate(document)


def located_errors(error: ValidationError) -> list[DecodeError]:
    """What a ValidationError says, once a place."""
    return list(_each(error))


def without(document: Mapping[str, Any], locations: list[tuple[int | str, ...]]) -> dict[str, Any]:
    """A copy without the values at the locations: fields and map entries go, elements of lists become empty."""
    changed = copy.deepcopy(dict(document))
    for location in locations:
        try:
            parent = _parent(changed, location)
            if isinstance(parent, list):
                parent[int(location[-1])] = None
            else:
                parent.pop(location[-1], None)
        except (KeyError, IndexError, TypeError, AttributeError):
            # Pydantic's location may name a key of a map or a parent that went before: nothing is left to remove.
            continue
    return changed


def _each(error: ValidationError) -> Iterator[DecodeError]:
    seen = set()
    for item in error.errors(include_url=False, include_context=False):
        location = tuple(part for part in item["loc"] if part != "[key]")
        if location in seen:
            continue
        seen.add(location)
        if item["type"] == "extra_forbidden":
            name = str(location[-1])
            close = difflib.get_close_matches(name, field_names().values(), 1)
            yield DecodeError(location, "unknown", f"there is no field {name!r}", close[0] if close else "")
        else:
            yield DecodeError(location, item["type"], item["msg"].removeprefix("Value error, "))


def field_path(parts: tuple[int | str, ...]) -> str:
    """A location as Tekton writes it: `spec.steps[0].image`."""
    text = ""
    for part in parts:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


@lru_cache(maxsize=1)
def field_names() -> dict[str, str]:
    """Every field name of every model by its lower-case form."""
    names: dict[str, str] = {}
    stack: list[type[Model]] = [Model]
    while stack:
        model = stack.pop()
        stack += model.__subclasses__()
        for name, field in model.model_fields.items():
            alias = field.alias or name
            names[alias.lower()] = alias
    return names


def _as_yaml_reads(document: Mapping[str, Any], error: ValidationError) -> dict[str, Any] | None:
    """A copy as kubectl's YAML reader would hand it on; None where nothing changes.

    Two things are forgiven: fields that differ from a known one by case only are renamed, and a number or boolean
    where the type wants text becomes that text (sigs.k8s.io/yaml converts by the target's type).
    """
    names = field_names()
    renames, texts = [], []
    for item in error.errors(include_url=False, include_context=False):
        location, value = item["loc"], item["input"]
        if item["type"] == "extra_forbidden" and isinstance(location[-1], str):
            right = names.get(location[-1].lower())
            if right is not None and right != location[-1]:
                renames.append((location, right))
        elif item["type"] == "string_type" and isinstance(value, (int, float)):
            texts.append((location, json.dumps(value)))
    if not renames and not texts:
        return None
    changed = copy.deepcopy(dict(document))
    for location, text in texts:
        _parent(changed, location)[location[-1]] = text
    # Deepest first, so that the locations of the others still lead somewhere.
    for location, right in sorted(renames, key=lambda pair: -len(pair[0])):
        parent = _parent(changed, location)
        parent.setdefault(right, parent.pop(location[-1]))
    return changed


def _parent(document: Any, location: tuple[int | str, ...]) -> Any:
    for part in location[:-1]:
        document = document[part]
    return document
