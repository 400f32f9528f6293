"""What calling a pipeline inside another gives, where its tasks are inlined: what its function returned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flowdsl.diagnostics import Location
from flowdsl.frontend import places
from flowdsl.frontend.opaque import Opaque, in_words
from flowdsl.frontend.outputs import as_mapping
from flowdsl.frontend.proxies import Reference
from flowdsl.frontend.refusal import refuse
from flowdsl.frontend.stands import StandsForOne
from flowdsl.ir.declared import Result
from flowdsl.ir.types import STRING

if TYPE_CHECKING:
    from flowdsl.frontend.choices import Choice


@in_words("pipeline of the run")
class Outputs(StandsForOne):
    """The results of an inlined pipeline: by name, as a NamedTuple's or a dict's, or the one value that it returned."""

    __slots__ = ("_location", "_name", "_returned", "_values")

    def __init__(self, name: str, returned: object, location: Location) -> None:
        self._name = name
        self._returned = returned
        self._values = {each: _plain(value) for each, value in as_mapping(returned).items()}
        self._location = location

    def _words(self) -> str:
        return f"pipeline {self._name!r}"

    def _choice(self) -> Choice | None:
        alone = _plain(self._returned)
        return alone._choice() if isinstance(alone, Opaque) else None

    def _meant(self, purpose: str) -> Opaque:
        alone = _plain(self._returned)
        if isinstance(alone, str):
            return Reference(alone, STRING, f"{self._name}.result", self._location)
        if isinstance(alone, Opaque):
            return alone._meant(purpose)
        have = ", ".join(self._values)
        refuse(
            "FLOW009",
            f"pipeline {self._name!r} has {len(self._values)} results; {purpose} needs one by its name",
            f"name it: one of {have}" if have else "let the pipeline function return something",
        )

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._values:
            return self._values[name]
        if isinstance(self._returned, (Mapping, tuple)) and hasattr(self._returned, name):
            return getattr(self._unwrapped(), name)  # `items`, `_asdict`, ...: there is nothing of the run in them
        if isinstance(self._returned, (str, Opaque)):
            return getattr(self._meant(f"taking `.{name}`"), name)
        refuse("FLOW009", f"the pipeline has no result {name!r}", f"it has: {', '.join(self._values) or 'none'}")

    def __getitem__(self, key: object, /) -> object:
        if isinstance(key, str) and key in self._values:
            return self._values[key]
        items = self._items()
        if items is None:
            return super().__getitem__(key)
        if isinstance(key, int) and isinstance(self._returned, (tuple, list)) and -len(items) <= key < len(items):
            return items[key]
        have = ", ".join(self._values)
        refuse("FLOW009", f"{self._words()} has no result {key!r}", f"it has: {have}")

    def __iter__(self) -> Iterator[object]:
        items = self._items()
        if items is None:
            return iter(self._meant("looping over it"))
        wanted = places.unpacked()
        if wanted is not None and wanted != len(items):
            message = f"{self._words()} has {len(items)} results, and is unpacked into {wanted}"
            refuse("FLOW030", message, f"it has: {', '.join(self._values)}; a name for each, or take one by its name")
        return iter(items)

    def __len__(self) -> int:
        items = self._items()
        return super().__len__() if items is None else len(items)

    def _items(self) -> list[object] | None:
        """What Python gives of a dict or tuple, one after the other; None for a single value."""
        if isinstance(self._returned, Mapping):
            return list(self._values)
        if isinstance(self._returned, (tuple, list)):
            return [_plain(each) for each in self._returned]
        return None

    def _unwrapped(self) -> object:
        if isinstance(self._returned, Mapping):
            return self._values
        made = getattr(type(self._returned), "_make", tuple)
        return made(self._items() or ())


def _plain(value: object) -> object:
    return value.value if isinstance(value, Result) else value
