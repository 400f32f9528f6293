"""What an editor completes and `help()` shows of a function that takes options, and what is called instead of it.

Checkers hold a call against the signature as written. What runs takes any name and any value, because a mistake is to
be a finding at the user's line, with the option that was meant, and not Python's TypeError.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import TypeVar, cast

import attrs

from flowdsl.diagnostics.frozen import frozen

F = TypeVar("F", bound=Callable[..., object])
_TEXTS = ("tuple[str, ...]", "list[str] | tuple[str, ...]")
_FLAGS = ("frozenset[str]", "list[str] | tuple[str, ...] | set[str] | frozenset[str]")
_MANY = re.compile(r"^tuple\[(.*), \.\.\.\]$")


def runs(lenient: Callable[..., object]) -> Callable[[F], F]:
    """Run `lenient` in place of a function whose signature and docstring alone are meant."""

    def swap(shown: F) -> F:
        return cast("F", functools.update_wrapper(lenient, shown))

    return swap


def shows(options: type) -> Callable[[F], F]:
    """Give a function that stands behind overloads the signature of its options, for `help()`."""

    def swap(function: F) -> F:
        function.__signature__ = _readable(signature_of(options))  # type: ignore[attr-defined]
        return function

    return swap


@frozen
class _Text:
    """What `help()` is to show as it stands: it shows the `repr` of defaults, and quotes types that are text."""

    text: str

    def __repr__(self) -> str:
        return self.text


def _readable(signature: inspect.Signature) -> inspect.Signature:
    """The same for people: a mapping that nobody gave is `{}`, and the names of types have no quotes."""
    parameters = [
        each.replace(
            annotation=_Text(str(each.annotation)),
            default=_Text("{}") if isinstance(each.default, Mapping) and not each.default else each.default,
        )
        for each in signature.parameters.values()
    ]
    return signature.replace(parameters=parameters)


def options_of(shown: Callable[..., object]) -> frozenset[str]:
    """The names that such a function takes."""
    by_name = inspect.Parameter.KEYWORD_ONLY
    return frozenset(each.name for each in inspect.signature(shown).parameters.values() if each.kind is by_name)


def signature_of(options: type) -> inspect.Signature:
    """The fields of a class of options as parameters that are given by name."""
    fields: Mapping[str, attrs.Attribute[object]] = attrs.fields_dict(options)
    return inspect.Signature(
        [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=_default(field),
                annotation=as_given(str(field.type)),
            )
            for name, field in fields.items()
        ]
    )


def as_given(kept: str) -> str:
    """The type of what a user may give, for the type that a field keeps: any list for a tuple."""
    if kept.startswith("str | "):
        return f"str | {as_given(kept[6:])}"
    for as_kept, given in (_TEXTS, _FLAGS):
        if kept == as_kept:
            return given
    return _MANY.sub(r"Sequence[\1]", kept)


def _default(field: attrs.Attribute[object]) -> object:
    made: object = getattr(field.default, "factory", None)
    return made() if callable(made) else field.default
