"""What a user's class, such as a pydantic model, asks of its values: said before the run where they are known then."""

from __future__ import annotations

import inspect
import json
import sys
import typing
from collections.abc import Callable, Iterable, Mapping

import attrs

from flowdsl.frontend.built import built, fields_of, is_checked
from flowdsl.ir.nodes import Text


@attrs.frozen
class Refused:
    """What a model refuses: in words, and whether a value that is known only in the run is among it."""

    words: str
    of_run: bool


def refused(error: Exception) -> Refused | None:
    """What an error says that a model raised; None for any other error."""
    pydantic = sys.modules.get("pydantic")  # who has a model has imported it
    if pydantic is None or not isinstance(error, pydantic.ValidationError):
        return None
    items: Iterable[Mapping[str, object]] = error.errors(include_url=False)
    said, of_run = [], False
    for item in items:
        place, given = item.get("loc"), item.get("input")
        named = ".".join(map(str, place)) if isinstance(place, tuple) else ""
        said.append(f"{named}: {item.get('msg')}" if named else str(item.get("msg")))
        of_run = of_run or (isinstance(given, str) and "$(" in given) or not _is_plain(given)
    return Refused("; ".join(said), of_run)


def _is_plain(value: object) -> bool:
    return not type(value).__module__.startswith("flowdsl.")


def constraint_problem(function: Callable[..., object], name: str, value: Text) -> str:
    """Why the class of a parameter refuses the value that a run would give it; "" where it does not, or is none."""
    if "$(" in str(value):
        return ""
    model = _model(function, name)
    if inspect.isclass(model) and is_checked(model) and not isinstance(value, tuple):
        return _of_class(model, value)
    pydantic = sys.modules.get("pydantic")
    if pydantic is None or not (inspect.isclass(model) and issubclass(model, pydantic.BaseModel)):
        return ""
    validate: Callable[..., object] = vars(pydantic)["BaseModel"].model_validate.__func__
    try:
        data: object = json.loads(value) if isinstance(value, str) else value
        validate(model, data, strict=False)  # its texts are what Tekton carries
    except Exception as error:  # a validator of the user's may raise anything; in the run it would as well
        found = refused(error)
        return found.words if found is not None else f"{type(error).__name__}: {error}"
    return ""


def _of_class(kind: type, value: str | Mapping[str, str]) -> str:
    """What a dataclass or an attrs class says of values that are of its types."""
    try:
        data = json.loads(value) if isinstance(value, str) else fields_of(kind, value)
        if data is not None:
            built(kind, data)
    except Exception as error:  # what the user's class raises, the run would, too
        return str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
    return ""


def _model(function: Callable[..., object], name: str) -> object:
    try:
        found: object = typing.get_type_hints(function).get(name)
    except (NameError, TypeError, AttributeError, SyntaxError):
        return None
    inner = [each for each in typing.get_args(found) if each is not type(None)]
    return inner[0] if len(inner) == 1 else found
