"""What all models share: closed, strict, built on first use; and the scalars that Kubernetes reads from text.

Decoding follows Go's encoding/json with DisallowUnknownFields, which is what Tekton's admission webhook uses: an
unknown field is an error at any depth, null stands for an absent value, and no type is coerced to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import ClassVar, Union

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from flowdsl.kinds import schema


class Model(BaseModel):
    """Base of all models: attributes carry the API's own field names, `finally_` standing for `finally`.

    Every field has a default of None, which is what an absent field reads as.
    """

    embedded: ClassVar[frozenset[str]] = frozenset()
    """Fields that the Go type has from a struct embedded in it: kubectl's YAML reader does not see their types."""
    own: ClassVar[frozenset[str]] = frozenset()
    """The other way round, where most are embedded: the fields that are not. Empty where `embedded` says it all."""

    moved: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Of a document: fields of a version before (`spec.podTemplate`), and where they stand now."""

    model_config = ConfigDict(
        extra="forbid", strict=True, defer_build=True, protected_namespaces=(), populate_by_name=False
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema that pydantic would make of the annotations, in a tenth of the time.

        pydantic reads whatever annotation Python allows; these 174 classes use ten shapes.
        """
        return schema.core_schema_of(cls)

    @classmethod
    def fields(cls) -> Mapping[str, schema.Field]:
        """The fields in the order of the API's documents, by attribute."""
        model: type = cls
        return schema.fields(model)


Quantity = Union[str, int, float]  # noqa: UP007 - an alias made at run time
"""resource.Quantity: text or a number."""
Duration = str
"""metav1.Duration: what Go's time.ParseDuration reads."""
Timestamp = str
"""metav1.Time: RFC 3339."""
IntOrString = Union[int, str]  # noqa: UP007 - an alias made at run time
"""intstr.IntOrString: a port by number or by name."""
ParamValue = object
"""A string, an array or an object of strings; Tekton's own decoder takes any other JSON as its text."""
