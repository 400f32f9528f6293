"""The models' own schemas: every field of every model is read, strict and closed, as pydantic itself would read it."""

from __future__ import annotations

import importlib
import json
import typing
from typing import Annotated, Any

import pytest
from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationError, create_model

from flowdsl.kinds import dump, schema
from flowdsl.kinds.base import Model
from flowdsl.kinds.pipelines import PipelineSpec
from flowdsl.kinds.runs import TimeoutFields
from flowdsl.kinds.scalars import check_duration, check_int_or_string, check_quantity, check_timestamp
from flowdsl.kinds.tasks import Step, Task

MODULES = ("claims", "containers", "meta", "params", "pipelines", "runs", "scheduling", "states", "status", "tasks")
MODULES += ("affinity", "meta_rare", "probes", "security", "volumes", "volumes_rare", "volumes_vendors")
SCALARS: dict[str, Any] = {
    "str": str,
    "int": int,
    "bool": bool,
    "object": Any,
    "ParamValue": Any,
    "Quantity": Annotated[Any, BeforeValidator(check_quantity)],
    "IntOrString": Annotated[Any, BeforeValidator(check_int_or_string)],
    "Duration": Annotated[str, AfterValidator(check_duration)],
    "Timestamp": Annotated[str, AfterValidator(check_timestamp)],
}
PROBES: tuple[Any, ...] = (
    *(None, "text", "", "5m", "1Gi", "2026-01-31T12:00:00Z", 1, 1.5, True, False, {}, [], [None], {"a": None}),
    *(["text"], [1], {"a": "text"}, {"a": 1}, [{}], {"a": {}}, [{"colour": 1}], {"a": {"colour": 1}}, {"colour": 1}),
)


def models() -> list[type[Model]]:
    found = []
    for name in MODULES:
        for value in vars(importlib.import_module(f"flowdsl.kinds.{name}")).values():
            if isinstance(value, type) and issubclass(value, Model) and value is not Model and value not in found:
                found.append(value)
    return found


def of_pydantic(model: type[Model], made: dict[str, Any]) -> Any:
    """The same model written for pydantic, by its name in `made`; within itself it is a forward reference."""
    name = f"{model.__name__}OfPydantic"  # not a name that this file knows
    if name not in made:
        made[name] = typing.ForwardRef(name)
        parts: dict[str, Any] = {}
        for attribute, field in schema.fields(model).items():
            held: Any = of_pydantic(field.model, made) if field.model else SCALARS[field.scalar]
            kind = list[held] if field.container == "list" else dict[str, held] if field.container == "dict" else held
            alias = {"alias": field.name} if field.name != attribute else {}
            parts[attribute] = (typing.Optional[kind], Field(default=None, **alias))  # noqa: UP045 - made at run time
        config = ConfigDict(extra="forbid", strict=True, defer_build=True, protected_namespaces=())
        made[name] = create_model(name, __config__=config, **parts)
    return made[name]


def verdict(model: Any, value: Any) -> list[tuple[Any, str]]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return [(item["loc"], item["type"]) for item in error.errors(include_url=False)]
    return []


def read(model: type[Model], value: Any) -> list[tuple[Any, str]]:
    """The verdict of the validator that documents are read by."""
    try:
        found = schema.validator(model).validate_python(value)
    except ValidationError as error:
        return [(item["loc"], item["type"]) for item in error.errors(include_url=False)]
    assert dump(found) == model.model_validate(value).model_dump(by_alias=True, exclude_unset=True)
    assert json.loads(found.model_dump_json(by_alias=True, exclude_none=True)) == found.model_dump(
        mode="json", by_alias=True, exclude_none=True
    )
    return []


def test_there_are_as_many_as_the_api_has() -> None:
    assert len(models()) > 150


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__name__)
def test_every_field_is_read_as_pydantic_reads_it(model: type[Model]) -> None:
    made: dict[str, Any] = {}
    reference = of_pydantic(model, made)
    for each in made.values():
        if not each.__pydantic_complete__:
            each.model_rebuild(_types_namespace=made)
    assert verdict(model, {}) == []
    assert verdict(model, {"colour": 1}) == [(("colour",), "extra_forbidden")]
    for field in schema.fields(model).values():
        for probe in PROBES:
            document = {field.name: probe}
            assert read(model, document) == verdict(model, document) == verdict(reference, document), document


def test_pydantic_reads_no_annotation_of_ours() -> None:
    """Each would be evaluated when its class is made, and no process needs more than a part of them."""
    evaluated = {name for each in models() for name in (*each.model_fields, *each.__class_vars__)}
    assert evaluated == {"finally_"}  # which the type checkers are to know by its alias
    assert [*TimeoutFields.fields()] == ["tasks", "finally_", "pipeline"]
    assert repr(Step(name="a", script=None)) == "Step(name='a', script=None)"


def test_an_annotation_outside_the_language_is_told() -> None:
    class Odd(Model):
        number: int = 1

    with pytest.raises(TypeError, match=r"Odd\.number"):
        Odd.model_validate({})


def test_finally_is_an_attribute_with_an_underscore() -> None:
    spec = PipelineSpec.model_validate({"finally": [{"name": "last"}]})
    assert spec.finally_ is not None
    assert spec.finally_[0].name == "last"
    assert dump(spec) == {"finally": [{"name": "last"}]}
    assert verdict(PipelineSpec, {"finally_": []}) == [(("finally_",), "extra_forbidden")]


def test_given_and_absent_are_two_things_to_a_document() -> None:
    one, other = Step(name="a", image="x"), Step(name="a", image="x", args=None)
    assert one == other  # pydantic compares values alone
    assert one != Step(name="b", image="x")
    assert PipelineSpec.model_validate({"tasks": [{"name": "a"}]}) != PipelineSpec.model_validate({"tasks": []})
    assert one != Task()
    assert (dump(one), dump(other)) == ({"name": "a", "image": "x"}, {"name": "a", "image": "x", "args": None})
    assert one.model_fields_set == {"name", "image"}
    assert dump(one.model_copy(update={"image": "y"})) == {"name": "a", "image": "y"}
    with pytest.raises(ValidationError, match="colour"):
        Step(colour="red")  # type: ignore[call-arg]


def test_a_dump_has_the_order_of_the_api_and_nothing_unset() -> None:
    given = {"spec": {"steps": [{"script": "x", "image": "i", "name": "n"}]}, "kind": "Task", "apiVersion": "v"}
    written = dump(Task.model_validate(given))
    assert written == given
    assert list(written) == ["apiVersion", "kind", "spec"]
    assert list(written["spec"]["steps"][0]) == ["name", "image", "script"]
