"""Models that load when a document first has them.

Defining a model costs about half a millisecond, and most documents use few of them. A module that mentions rare ones
imports them for the type checker alone, and gives the same names to pydantic through `later`:

    if TYPE_CHECKING:
        from flowdsl.kinds.probes import Lifecycle, Probe
    else:
        later(globals(), "flowdsl.kinds.probes", "Lifecycle", "Probe")
"""

from __future__ import annotations

import importlib
from functools import cache
from typing import Annotated

from flowdsl.diagnostics.frozen import frozen


@frozen
class Later:
    """A model by the module that defines it."""

    module: str
    name: str

    def load(self) -> type:
        """The model itself."""
        return _load(self.module, self.name)


@cache
def _load(module: str, name: str) -> type:
    found: type = getattr(importlib.import_module(module), name)
    return found


def later(namespace: dict[str, object], module: str, *names: str) -> None:
    """Put what stands for the named models of a module into a namespace, for annotations to mention."""
    namespace.update((name, Annotated[object, Later(module, name)]) for name in names)
