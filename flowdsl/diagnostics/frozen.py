"""`frozen`: attrs' own, with methods of one text for all classes in place of ones that are compiled for each.

attrs writes the text of `__eq__`, `__hash__` and `__repr__` of a class and compiles it when the class is made: half of
what a class costs, and a process that compiles one task makes a hundred. These read the fields instead, and mean the
same: https://www.attrs.org/en/stable/api.html#attrs.define
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen  # the name that checkers know
else:
    import functools
    import operator
    import reprlib

    import attrs

    def frozen(cls=None, *, kw_only=False, order=False):
        """Make a frozen attrs class of it, as `attrs.frozen` does; for its other options, take that one."""
        if cls is None:
            return functools.partial(frozen, kw_only=kw_only, order=order)
        given = {name: make for name, make in _METHODS.items() if name not in cls.__dict__}
        for name in given:
            setattr(cls, name, None)  # attrs makes none that a class has
        made = attrs.frozen(cls, kw_only=kw_only, order=order)
        for name, make in given.items():
            setattr(made, name, make(made))
        return made

    def _equality(cls):
        # A key as `eq=` is not read.
        read = _reader([each.name for each in cls.__attrs_attrs__ if each.eq])

        def equals(self, other):
            return read(self) == read(other) if other.__class__ is self.__class__ else NotImplemented

        return equals

    def _hashing(cls):
        read = _reader([each.name for each in cls.__attrs_attrs__ if (each.eq if each.hash is None else each.hash)])
        return lambda self: hash((cls, read(self)))

    def _reader(names):
        return operator.attrgetter(*names) if names else lambda instance: ()

    @reprlib.recursive_repr("...")
    def _shown(self):
        cls = self.__class__
        shown = [f"{each.name}={getattr(self, each.name)!r}" for each in attrs.fields(cls) if each.repr]
        return f"{cls.__qualname__.rsplit('>.', 1)[-1]}({', '.join(shown)})"

    _METHODS = {"__eq__": _equality, "__hash__": _hashing, "__repr__": lambda cls: _shown}


__all__ = ["frozen"]
