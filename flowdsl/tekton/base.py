"""What all models share: closed, strict, built on first use; and the scalars that Kubernetes reads from text.

Decoding follows Go's encoding/json with DisallowUnknownFields, which is what Tekton's admission webhook uses: an
unknown field is an error at any depth, null stands for an absent value, and no type is coerced to another.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict

from flowdsl.kube import is_quantity, parse_duration


class Model(BaseModel):
    """Base of all models: attributes carry the API's own field names."""

    embedded: ClassVar[frozenset[str]] = frozenset()
    """Fields that the Go type has from a struct embedded in it: kubectl's YAML reader does not see their types."""
    own: ClassVar[frozenset[str]] = frozenset()
    """The other way round, where most are embedded: the fields that are not. Empty where `embedded` says it all."""

    model_config = ConfigDict(
        extra="forbid", strict=True, defer_build=True, protected_namespaces=(), populate_by_name=False
    )


_BLANKS = " \u0085\u00a0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Go's unicode.IsSpace counts, less the control characters, which JSON can't hold as they are."""


def _quantity(value: Any) -> Any:
    if value is None:
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise ValueError("a quantity is a string or a number")
    # Quantity.UnmarshalJSON trims the text between the quotes (k8s.io/apimachinery/pkg/api/resource).
    if isinstance(value, str) and not is_quantity(value.strip(_BLANKS)):
        raise ValueError(f"{value!r} is no quantity, such as 500m or 8Gi")
    return value


def _duration(value: str) -> str:
    parse_duration(value)
    return value


_RFC3339 = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}([.,]\d+)?(Z|[+-]\d{2}:\d{2})")


def _timestamp(value: str) -> str:
    if _RFC3339.fullmatch(value) is None:
        raise ValueError(f"{value!r} is no RFC 3339 time, such as 2026-01-31T12:00:00Z")
    return value


def _int_or_string(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        raise ValueError("an integer or a string is expected")
    return value


Quantity = Annotated[Any, BeforeValidator(_quantity)]
"""resource.Quantity: text or a number."""
Duration = Annotated[str, AfterValidator(_duration)]
"""metav1.Duration: what Go's time.ParseDuration reads."""
Timestamp = Annotated[str, AfterValidator(_timestamp)]
"""metav1.Time: RFC 3339."""
IntOrString = Annotated[Any, BeforeValidator(_int_or_string)]
"""intstr.IntOrString: a port by number or by name."""
ParamValue = Any
"""A string, an array or an object of strings; Tekton's own decoder takes any other JSON as its text."""
