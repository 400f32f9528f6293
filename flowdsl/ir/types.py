"""The types a task's signature can carry, and how each crosses Tekton, where everything is text.

Tekton knows three parameter types: string, array (of strings) and object (of strings); see `docs/tasks.md`,
"Specifying Parameters". A `TypeSpec` says which of them carries a Python type and how the value is written as text.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, NoReturn

from flowdsl.diagnostics.frozen import frozen
from flowdsl.kube.words import word

NOTHING: Mapping[str, NoReturn] = MappingProxyType({})
"""What a mapping is that nobody gave: one object for all, since a large pipeline has ten thousand of them."""
Data = Annotated[object, "data"]
"""What YAML and JSON have words for: text, numbers, lists and dicts, and classes that hold these (`flowdsl.ir.texts`).

To a checker any object, since what a user hands on is seldom annotated deeper; `flowdsl.frontend.fits` looks at it all.
"""


class Kind(enum.Enum):
    """What a value is to the task's function."""

    STRING = "str"
    INTEGER = "int"
    FLOAT = "float"
    BOOLEAN = "bool"
    CHOICE = "choice"
    """An Enum or a Literal of texts or whole numbers: text from a closed list."""
    ARRAY = "list"
    OBJECT = "object"
    """A TypedDict, dataclass or attrs class whose fields are all scalars."""
    JSON = "json"
    """Anything JSON can write; one string to Tekton."""
    FILE = "File"
    DIRECTORY = "Directory"
    WORKSPACE = "Workspace"
    SECRET = word("Secret")
    CONFIG_MAP = word("ConfigMap")

    # Each member is there once. Enum hashes by name, in Python: a third of what asking `kind in PATHS` takes.
    __hash__ = object.__hash__


SCALARS = frozenset({Kind.STRING, Kind.INTEGER, Kind.FLOAT, Kind.BOOLEAN, Kind.CHOICE})
PATHS = frozenset({Kind.FILE, Kind.DIRECTORY})


@frozen
class TypeSpec:
    """One type of a signature.

    `python` is the type as the user wrote it, for messages. `optional` is `T | None`: None crosses as the empty
    string. `item` is an array's element type, `choices` the texts a CHOICE may take, `properties` an object's fields
    in order. `constructor` is the name, in the task's module, of the class that rebuilds the value (Enum, dataclass,
    attrs class, NamedTuple); empty where plain data serves (str, dict, list).

    What else is known of a JSON value, to check one by: `shape` is `list` or `dict` where it must be one, `each` the
    type of its elements or values, `may_lack` the fields that have a default or that a TypedDict does not require.
    `renamed` says that the class takes other names than its objects have: aliases, names without an underscore.
    """

    kind: Kind
    python: str
    optional: bool = False
    item: TypeSpec | None = None
    choices: tuple[str, ...] = ()
    properties: tuple[tuple[str, TypeSpec], ...] = ()
    constructor: str = ""
    shape: str = ""
    each: TypeSpec | None = None
    may_lack: frozenset[str] = frozenset()
    renamed: bool = False
    numbers: bool = False
    """The choices of a Literal are whole numbers, and reach the function as such."""

    @property
    def holds_files(self) -> bool:
        """Whether it is a list of files or folders, which all lie in one workspace."""
        return self.item is not None and self.item.kind in PATHS

    @property
    def tekton(self) -> str:
        """Tekton's own type for a parameter or result of this type: string, array or object."""
        if self.kind is Kind.ARRAY:
            return "array"
        return "object" if self.kind is Kind.OBJECT else "string"

    def __str__(self) -> str:
        return self.python


STRING = TypeSpec(Kind.STRING, "str")
INTEGER = TypeSpec(Kind.INTEGER, "int")
FLOAT = TypeSpec(Kind.FLOAT, "float")
BOOLEAN = TypeSpec(Kind.BOOLEAN, "bool")
JSON = TypeSpec(Kind.JSON, "dict", shape="dict")
FILE = TypeSpec(Kind.FILE, "File")
DIRECTORY = TypeSpec(Kind.DIRECTORY, "Directory")
