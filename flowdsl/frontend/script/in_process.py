"""Values of params and results in this process, as a script has them: decoded and encoded by its very functions."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NoReturn, cast

import attrs

from flowdsl.frontend.encode import Mismatch
from flowdsl.frontend.script.codecs import constructors, decoder, encoder, is_tuple
from flowdsl.frontend.script.library import helpers_for
from flowdsl.frontend.script.model import ScriptOutput
from flowdsl.ir.nodes import Text
from flowdsl.ir.types import PATHS, Kind, TypeSpec


@attrs.define
class Codec:
    """Decodes and encodes values of one module: `scope` has its classes by name."""

    scope: Mapping[str, object] = attrs.field(repr=False)
    _made: dict[str, Callable[..., object]] = attrs.field(factory=dict, init=False, repr=False)

    def knows(self, spec: TypeSpec) -> bool:
        """Whether the classes that the type needs are in the scope."""
        return constructors(spec) <= self.scope.keys()

    def decode(self, what: str, value: Text, spec: TypeSpec) -> object:
        """The value of Tekton's text, array or object. A path stays text. Raises Mismatch."""
        if spec.kind is Kind.ARRAY:
            return self._array(what, value, spec)
        if spec.kind is Kind.OBJECT and isinstance(value, Mapping):
            return self._object(what, value, spec)
        if not isinstance(value, str):
            raise Mismatch(f"{what}: expected {spec}, got a value of another shape")
        if spec.kind in PATHS:
            return None if spec.optional and not value else value
        return self._function(decoder(spec))(what, value)

    def encode(self, name: str, value: object, spec: TypeSpec) -> Text:
        """A result's value in Tekton's form; not for paths. Raises Mismatch."""
        text = cast("str", self._function(encoder(ScriptOutput(name, spec)))(f"result {name}", value))
        if spec.tekton == "string" or not text:
            return text
        found = json.loads(text)
        return tuple(found) if isinstance(found, list) else cast("dict[str, str]", found)

    def field(self, what: str, value: object, name: str) -> object:
        """A field of what a function returned. Raises Mismatch where it has none."""
        return self._function("_flowdsl_field")(what, value, name)

    def _array(self, what: str, value: Text, spec: TypeSpec) -> object:
        item = spec.item
        if isinstance(value, (str, Mapping)) or item is None:
            raise Mismatch(f"{what}: expected {spec}, got a value of another shape")
        found = [self.decode(f"{what}[{index}]", each, item) for index, each in enumerate(value)]
        made: object = tuple(found) if is_tuple(spec) else found
        return None if spec.optional and not found else made

    def _object(self, what: str, value: Mapping[str, str], spec: TypeSpec) -> object:
        missing = [name for name, _ in spec.properties if name not in value]
        if missing:
            raise Mismatch(f"{what}: {', '.join(missing)} is missing")
        found = {name: self.decode(f"{what}.{name}", value[name], each) for name, each in spec.properties}
        if not spec.constructor:
            return found
        return self._function("_flowdsl_build")(what, self.scope[spec.constructor], found)

    def _function(self, code: str) -> Callable[..., object]:
        if code not in self._made:
            space: dict[str, object] = {**self.scope, "__builtins__": __builtins__}
            # The text of our own package, which stands in scripts as it is.
            exec(helpers_for(f"{code} _flowdsl_show _flowdsl_wrong", frozenset()), space)
            space["_flowdsl_fail"] = _fail
            self._made[code] = cast("Callable[..., object]", eval(code, space))
        return self._made[code]


def _fail(message: str, code: int = 1) -> NoReturn:
    raise Mismatch(message)
