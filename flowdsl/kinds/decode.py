"""Reading documents as Go's decoder does, where that differs from pydantic, and saying what is wrong in Tekton's terms.

Go matches field names without regard to case (encoding/json, "preferring exact matches"), so `tAskRef` is `taskRef`.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping

from pydantic import ValidationError

from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.near import near
from flowdsl.diagnostics.paths import Path, field_path
from flowdsl.kinds.base import Model
from flowdsl.kinds.schema import validator

FORMER = {
    "resources": "computeResources",
    "stepOverrides": "stepSpecs",
    "sidecarOverrides": "sidecarSpecs",
    "taskServiceAccountName": "serviceAccountName",
    "taskPodTemplate": "podTemplate",
}
"""Fields of v1beta1 that v1 has under another name (docs/migrating-v1beta1-to-v1.md)."""
_ROUNDS = 8
_EMPTY: dict[str, type] = {
    "model_type": dict,
    "dict_type": dict,
    "string_type": str,
    "list_type": list,
    "int_type": int,
    "bool_type": bool,
}


@frozen
class DecodeError:
    """One thing Tekton's decoder refuses: where in the document, and `kind`, pydantic's error type or `unknown`."""

    location: Path
    kind: str
    message: str
    suggestion: str = ""

    @property
    def path(self) -> str:
        """The place as Tekton writes it."""
        return field_path(self.location)


@frozen
class Forgiven:
    """What a reader put right: a field's name in another case (`name`), or a number or boolean taken for text.

    `empty`: a null where a text, a list or a map belongs, which is what every reader of Go's does.
    """

    location: Path
    name: str = ""
    empty: bool = False


def validate(model: type[Model], document: Mapping[str, object], forgiven: list[Forgiven] | None = None) -> Model:
    """The model of a document; what was put right on the way is added to `forgiven`.

    Raises ValidationError with what no reader would forgive.
    """
    # A renamed parent brings its own fields to light, so a few rounds; each changes something or ends it.
    for _ in range(_ROUNDS):
        try:
            return _read(model, document)
        except ValidationError as error:
            changed = _as_yaml_reads(model, document, error, forgiven)
            if changed is None:
                raise
            document = changed
    return _read(model, document)


def as_read(model: type[Model], document: Mapping[str, object]) -> dict[str, object]:
    """The document with what readers forgive put right: as the cluster goes by it. Raises ValidationError."""
    for _ in range(_ROUNDS):
        try:
            _read(model, document)
        except ValidationError as error:
            changed = _as_yaml_reads(model, document, error, None)
            if changed is None:
                raise
            document = changed
        else:
            break
    return dict(document)


def _read(model: type[Model], document: Mapping[str, object]) -> Model:
    found: Model = validator(model).validate_python(document)
    return found


def located_errors(error: ValidationError, model: type[Model]) -> list[DecodeError]:
    """What the ValidationError of a document's model says, once a place."""
    return list(_each(error, model))


def without(document: Mapping[str, object], locations: list[Path]) -> dict[str, object]:
    """A copy without the values at the locations: fields and map entries go, elements of lists become empty."""
    changed = copy.deepcopy(dict(document))
    for location in locations:
        try:
            parent = _parent(changed, location)
            if isinstance(parent, list):
                parent[int(location[-1])] = None
            elif isinstance(parent, dict):
                parent.pop(location[-1], None)
        except (KeyError, IndexError, TypeError, AttributeError):
            # Pydantic's location may name a key of a map or a parent that went before: nothing is left to remove.
            continue
    return changed


def renamed(document: Mapping[str, object], names: Mapping[Path, str]) -> dict[str, object]:
    """A copy in which the fields at the locations have other names, where no field has those yet."""
    changed = copy.deepcopy(dict(document))
    # Deepest first, so that the locations of the others still lead somewhere.
    for location, name in sorted(names.items(), key=lambda pair: -len(pair[0])):
        try:
            parent = _parent(changed, location)
            if isinstance(parent, dict):
                value = parent.pop(location[-1])
                parent.setdefault(name, value)
        except (KeyError, IndexError, TypeError, AttributeError):
            # The location is one of the document as the reader put it right, which this one is not in all places.
            continue
    return changed


def _each(error: ValidationError, model: type[Model]) -> Iterator[DecodeError]:
    seen = set()
    for item in error.errors(include_url=False, include_context=False):
        location = tuple(part for part in item["loc"] if part != "[key]")
        if location in seen:
            continue
        seen.add(location)
        if item["type"] == "extra_forbidden":
            name = str(location[-1])
            suggestion = _suggestion(name, fields_at(model, location[:-1]))
            yield DecodeError(location, "unknown", f"there is no field {name!r}", suggestion)
        else:
            # What follows names a class of ours.
            message = item["msg"].removeprefix("Value error, ").partition(" or instance of ")[0]
            yield DecodeError(location, item["type"], message)


def _suggestion(name: str, fields: list[str]) -> str:
    if FORMER.get(name) in fields:
        return FORMER[name]
    found = near(name, fields)
    # Whoever writes a version in a reference means that of the Task; apiVersion would make it a custom task.
    return "" if (name, found) == ("version", "apiVersion") else found


def fields_at(model: type[Model], location: Path) -> list[str]:
    """The fields that may stand at a place of a document."""
    current: type[Model] | None = model
    for part in location:
        if current is not None and isinstance(part, str):
            names = _fields(current)
            # A part that is no field is the key of a map of models: what it holds is what the map's field holds.
            current = names.get(part, current)
    return list(_fields(current)) if current is not None else []


def _as_yaml_reads(
    model: type[Model], document: Mapping[str, object], error: ValidationError, forgiven: list[Forgiven] | None
) -> dict[str, object] | None:
    """A copy as kubectl's YAML reader would hand it on; None where nothing changes.

    Three things are forgiven: null within a list or a map is the empty value of its type (encoding/json); fields that
    differ from a known one by case only are renamed; and a number or boolean where the type wants text becomes that
    text (sigs.k8s.io/yaml converts by the target's type).
    """
    renames: list[tuple[Path, str]] = []
    texts: list[tuple[Path, object]] = []
    empties: list[tuple[Path, object]] = []
    for item in error.errors(include_url=False, include_context=False):
        location, value = item["loc"], item["input"]
        if item["type"] == "extra_forbidden" and isinstance(location[-1], str):
            right = _in_other_case(location[-1], fields_at(model, location[:-1]))
            if right and model.any_case:
                renames.append((location, right))
        elif value is None and item["type"] in _EMPTY and model.nulls:
            empties.append((location, _EMPTY[item["type"]]()))
        elif item["type"] == "string_type" and isinstance(value, (int, float)) and _sees_type(model, location):
            texts.append((location, json.dumps(value)))
    if not renames and not texts and not empties:
        return None
    if forgiven is not None:
        forgiven += [Forgiven(location, right) for location, right in renames]
        forgiven += [Forgiven(location) for location, _ in texts]
        forgiven += [Forgiven(location, empty=True) for location, _ in empties]
    changed = copy.deepcopy(dict(document))
    for location, text in texts + empties:
        _put(changed, location, text)
    # Deepest first, so that the locations of the others still lead somewhere.
    for location, right in sorted(renames, key=lambda pair: -len(pair[0])):
        parent = _parent(changed, location)
        if isinstance(parent, dict):
            _rename(parent, location[-1], right)
    return changed


def _rename(parent: dict[int | str, object], name: int | str, right: str) -> None:
    """Give a field its right name; where that is there too, Go decodes one into the other, in the order they stand."""
    if right not in parent:
        parent[right] = parent.pop(name)
        return
    names = list(parent)
    pair = (name, right) if names.index(name) < names.index(right) else (right, name)
    first, second = (parent[each] for each in pair)
    del parent[name]
    parent[right] = _onto(first, second)


def _onto(first: object, second: object) -> object:
    if not isinstance(first, dict) or not isinstance(second, dict):
        return second
    return {**first, **{name: _onto(first[name], value) if name in first else value for name, value in second.items()}}


def _in_other_case(name: str, fields: list[str]) -> str:
    """The field that a name spells in another case; "" for none."""
    return next((field for field in fields if field.lower() == name.lower() and field != name), "")


def _sees_type(model: type[Model], location: Path) -> bool:
    """Whether the reader knows the type wanted at a place: not where a Go struct has the field from an embedded one."""
    if not model.converts:
        return False
    current: type[Model] | None = model
    for part in location:
        if current is None or not isinstance(part, str) or part not in (names := _fields(current)):
            continue
        if part in current.embedded or (current.own and part not in current.own):
            return False
        current = names[part]
    return True


def _fields(model: type[Model]) -> dict[str, type[Model] | None]:
    """The fields of a model with the model that each holds, itself or in a list or map."""
    return {field.name: field.model for field in model.fields().values()}


def _parent(document: object, location: Path) -> object:
    """The list or mapping in which a location ends. Raises KeyError, IndexError, TypeError where it leads nowhere."""
    for part in location[:-1]:
        if isinstance(document, dict):
            document = document[part]
        elif isinstance(document, (list, tuple)):
            document = document[int(part)]
        else:
            raise TypeError(part)
    return document


def _put(document: object, location: Path, value: object) -> None:
    parent = _parent(document, location)
    if isinstance(parent, dict):
        parent[location[-1]] = value
    elif isinstance(parent, list):
        parent[int(location[-1])] = value
