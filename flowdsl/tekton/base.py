"""What all models share: closed, strict, built on first use; and the scalars that Kubernetes reads from text.

Decoding follows Go's encoding/json with DisallowUnknownFields, which is what Tekton's admission webhook uses: an
unknown field is an error at any depth, null stands for an absent value, and no type is coerced to another.

The models stand on pydantic's engine (pydantic-core: its validators, its serialisers, its `ValidationError`) and not on
`pydantic.BaseModel`. What BaseModel adds is its reading of any annotation a user may write; for these 170 classes,
whose fields are of ten shapes, that took 0.25 s of every compile. See docs/performance.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from flowdsl.tekton import schema

if TYPE_CHECKING:
    from typing_extensions import Self, dataclass_transform
else:

    def dataclass_transform(**_: object) -> Any:
        """For type checkers alone: Python 3.10 has none at run time."""
        return lambda cls: cls


@dataclass_transform(kw_only_default=True)
class Model:  # noqa: PLW1641 - what can change has no hash
    """Base of all models: attributes carry the API's own field names, `finally_` standing for `finally`.

    Every field has a default of None, which is what an absent field reads as. Constructing one by keywords checks
    nothing; `model_validate` is for what comes from outside.
    """

    # What pydantic-core sets on an instance that it makes.
    __slots__ = ("__dict__", "__pydantic_extra__", "__pydantic_fields_set__", "__pydantic_private__")

    if TYPE_CHECKING:
        __pydantic_fields_set__: set[str]

    embedded: ClassVar[frozenset[str]] = frozenset()
    """Fields that the Go type has from a struct embedded in it: kubectl's YAML reader does not see their types."""
    own: ClassVar[frozenset[str]] = frozenset()
    """The other way round, where most are embedded: the fields that are not. Empty where `embedded` says it all."""

    def __init__(self, **fields: Any) -> None:
        known = self.fields()
        if unknown := fields.keys() - known.keys():
            raise TypeError(f"{type(self).__name__} has no field {', '.join(sorted(unknown))}")
        self.__dict__.update({**dict.fromkeys(known), **fields})
        self.__pydantic_fields_set__ = set(fields)

    @classmethod
    def fields(cls) -> Mapping[str, schema.Field]:
        """The fields in the order of the API's documents, by attribute."""
        model: type = cls
        return schema.fields(model)

    @classmethod
    def model_validate(cls, value: Any) -> Self:
        """The model of a mapping. Raises pydantic_core.ValidationError with everything that does not fit."""
        model: type = cls
        found: Self = schema.validator(model).validate_python(value)
        return found

    def model_dump(
        self, *, by_alias: bool = True, exclude_unset: bool = True, exclude_none: bool = False
    ) -> dict[str, Any]:
        """The document: fields in the order of the API's. Without `by_alias` under the attributes' names.

        Only fields that were set, unless `exclude_unset` is false; with `exclude_none` none that are null.
        """
        model: type = type(self)
        found: dict[str, Any] = schema.serializer(model).to_python(
            self, by_alias=by_alias, exclude_unset=exclude_unset, exclude_none=exclude_none
        )
        return found

    @property
    def model_fields_set(self) -> set[str]:
        """The attributes that were given."""
        return self.__pydantic_fields_set__

    def model_copy(self, update: Mapping[str, Any]) -> Self:
        """A shallow copy with other values for some fields, unchecked."""
        copied = object.__new__(type(self))
        copied.__dict__.update(self.__dict__, **update)
        copied.__pydantic_fields_set__ = self.__pydantic_fields_set__ | update.keys()
        return copied

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Model) or type(self) is not type(other):
            return NotImplemented
        return self.__dict__ == other.__dict__ and self.__pydantic_fields_set__ == other.__pydantic_fields_set__

    def __repr__(self) -> str:
        given = (f"{name}={value!r}" for name, value in self.__dict__.items() if name in self.__pydantic_fields_set__)
        return f"{type(self).__name__}({', '.join(given)})"


Quantity = Any
"""resource.Quantity: text or a number."""
Duration = str
"""metav1.Duration: what Go's time.ParseDuration reads."""
Timestamp = str
"""metav1.Time: RFC 3339."""
IntOrString = Any
"""intstr.IntOrString: a port by number or by name."""
ParamValue = Any
"""A string, an array or an object of strings; Tekton's own decoder takes any other JSON as its text."""
