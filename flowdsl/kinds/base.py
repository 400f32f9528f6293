"""What all models share: closed, strict, built on first use; and the scalars that Kubernetes reads from text.

Decoding follows Go's encoding/json with DisallowUnknownFields, which is what Tekton's admission webhook uses: an
unknown field is an error at any depth, null stands for an absent value, and no type is coerced to another.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar, Union

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import CoreSchema

from flowdsl.kinds import schema

if TYPE_CHECKING:
    _Unread = BaseModel
else:

    class _KeepsFields(type(BaseModel)):
        """Keeps what a class annotates from pydantic, which would evaluate it for the class and for each that inherits.

        That is most of what defining a model costs, and nobody asks for it: `schema` says what the fields are.
        """

        def __new__(mcs, name, bases, namespace, **given):
            said = namespace.get("__annotations__", {})
            annotated = dict(said)  # in the order of the API's documents
            kept = {}
            for each, annotation in annotated.items():
                if each in namespace and (namespace[each] is None or annotation.startswith("ClassVar")):
                    kept[each] = namespace.pop(each)
                    del said[each]
            made = super().__new__(mcs, name, bases, namespace, **given)
            for each, value in kept.items():
                if value is not None:
                    setattr(made, each, value)
            made.annotated = annotated
            return made

    class _Unread(BaseModel, metaclass=_KeepsFields):
        def __repr_args__(self):
            return [(name, getattr(self, name)) for name in type(self).fields() if name in self.model_fields_set]

        def __eq__(self, other):
            # pydantic compares the fields that it knows, for most classes none: all of a class would be equal.
            return vars(self) == vars(other) if type(self) is type(other) else NotImplemented

        __hash__ = None


class Model(_Unread):
    """Base of all models: attributes carry the API's own field names, `finally_` standing for `finally`.

    Every field has a default of None, which is what an absent field reads as.
    """

    annotated: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """The class's own fields as they are annotated. Ask `fields()` for them: pydantic's `model_fields` has only those
    with an alias."""

    embedded: ClassVar[frozenset[str]] = frozenset()
    """Fields that the Go type has from a struct embedded in it: kubectl's YAML reader does not see their types."""
    own: ClassVar[frozenset[str]] = frozenset()
    """The other way round, where most are embedded: the fields that are not. Empty where `embedded` says it all."""

    converts: ClassVar[bool] = True
    """Of a document: whether its reader makes text of a number where text belongs, as kubectl's YAML reader does for
    types that it knows. Admission is handed JSON and refuses it."""

    any_case: ClassVar[bool] = True
    """Of a document: whether its reader takes a field whose name is written in another case, as encoding/json does."""

    nulls: ClassVar[bool] = True
    """Of a document: whether null within a list or a map is the empty value of its type, as for encoding/json; a schema
    refuses it."""

    moved: ClassVar[Mapping[str, str]] = MappingProxyType({})
    """Of a document: fields of a version before (`spec.podTemplate`), and where they stand now."""

    model_config = ConfigDict(
        extra="forbid", strict=True, defer_build=True, protected_namespaces=(), populate_by_name=False
    )

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        """The schema that pydantic would make of the annotations, in a tenth of the time.

        pydantic reads whatever annotation Python allows; these classes use a few shapes.
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
Int32 = int
"""A whole number of 32 bits."""
Uint64 = int
"""A whole number that is not negative."""
Url = str
"""apis.URL of Knative: what Go's url.Parse reads."""
Bytes = Union[str, list[int]]  # noqa: UP007 - an alias made at run time
"""Bytes, which are base64 in a document."""
ParamValue = object
"""A string, an array or an object of strings; Tekton's own decoder takes any other JSON as its text."""
