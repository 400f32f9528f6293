"""Code that takes annotations for types gives in the container what it gives in the user's own process."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from script_support import Container, cut
from test_slice_modules import project  # noqa: F401 - a fixture

from flowdsl.diagnostics import Collector
from flowdsl.frontend.script import ScriptOutput, build_script
from flowdsl.frontend.slicing import slice_source
from flowdsl.ir.types import STRING

_IMPORTS = """
import collections.abc, dataclasses, enum, functools, inspect, sys, typing
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Annotated, Generic, NamedTuple, Optional, TypeVar, get_type_hints
"""
_CLASSES = """
class Unit(enum.Enum):
    METRE = "m"

@dataclass
class Rate:
    value: float
    unit: Unit = Unit.METRE

@dataclass
class Size:
    width: float
    rate: Rate
    many: list[Rate] = field(default_factory=list)
    exact: "Decimal" = Decimal(1)
    perhaps: "Rate | None" = None

class Point(NamedTuple):
    x: int
    of: Rate

class Marked:
    limit: Annotated[int, "most"]
    old: Optional[Rate] = None

def wide(size: Size, by: float = 2.0) -> Decimal:
    return Decimal(size.width * by)
"""

_EXPRESSIONS = [
    "[str(each.type) for each in fields(Size)]",
    "[each.type is Rate for each in fields(Size) if each.name == 'rate']",
    "[kind for kind in (str, int, float) if fields(Rate)[0].type is kind]",
    "[f.type('1') for f in fields(Rate) if f.name == 'value']",
    "Size.__dataclass_fields__['rate'].type.__name__",
    "getattr(fields(Rate)[0], 'type').__name__",
    "str(Size.__annotations__)",
    "str(vars(Marked)['__annotations__'])",
    "str(get_type_hints(Size))",
    "str(get_type_hints(Marked, include_extras=True))",
    "str(Marked.__annotations__['limit'].__metadata__)",
    "str(get_type_hints(wide))",
    "str(inspect.signature(wide))",
    "[each.annotation is float for each in inspect.signature(wide).parameters.values()]",
    "inspect.signature(wide).return_annotation.__name__",
    "str(wide.__annotations__)",
    "str(Point.__annotations__)",
    "str(typing.get_args(Size.__annotations__['many']))",
    "str(inspect.getfullargspec(wide).annotations)",
]


def _both(module: Any, folder: Path, requires: tuple[str, ...] = ()) -> tuple[str, Any]:
    sliced = cut(module.f.function, requires=requires, target=sys.version_info[:2])
    collector = Collector()
    script = build_script(sliced, (), [ScriptOutput("result", STRING)], task="f", collector=collector)
    assert script is not None
    home = folder / "container"
    home.mkdir()
    done = Container(home, sys.executable).run(script.text, results=["RESULT_RESULT"])
    assert done.code == 0, f"{done.errors}\n{script.text}"
    return done.results["RESULT_RESULT"], module.f()


def _task(before: str, value: str, body: str = "") -> str:
    return (
        f"from flowdsl import File, task\n{before}\n@task(image='i')\ndef f() -> str:\n{body}    return repr({value})\n"
    )


_ALL = f"[{', '.join(_EXPRESSIONS)}]"


@pytest.mark.parametrize(
    ("where", "value"), [*(("own", each) for each in _EXPRESSIONS), ("elsewhere", _ALL), ("both", _ALL)]
)
def test_sliced_and_imported_give_the_same(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    where: str,
    value: str,
) -> None:
    if where == "own":
        files = {"main.py": _task(_IMPORTS + _CLASSES, value)}
    elif where == "elsewhere":
        star = "from kinds import Marked, Point, Rate, Size, wide\n"
        files = {"main.py": _task(f"{_IMPORTS}{star}", value), "kinds.py": _IMPORTS + _CLASSES}
    else:
        reader = f"{_IMPORTS}from kinds import Marked, Point, Rate, Size, wide\ndef read():\n    return repr({value})\n"
        files = {"main.py": _task("from reading import read", "read()"), "reading.py": reader}
        files["kinds.py"] = _IMPORTS + _CLASSES
    there, here = _both(project(files), tmp_path)
    # Classes of the task's own file are of `__main__` in the container.
    assert there.replace("__main__.", "main.") == here


_LOCAL = """
    class Inner:
        pass
    class Outer:
        inner: Inner
"""
_DISPATCH = """
class Square: pass
@functools.singledispatch
def show(x: object) -> str: return "any"
@show.register
def _(x: Square) -> str: return "square"
@show.register
def _(x: int) -> str: return "int"
"""
_METHOD = """
class Shown:
    @functools.singledispatchmethod
    def show(self, x): return "any"
    @show.register
    def _(self, x: Rate) -> str: return "rate"
"""
_REGISTRY = """
MAKERS = {}
def maker(function):
    MAKERS[function.__annotations__["return"]] = function
    return function
@maker
def size() -> Size: return Size(1.0, Rate(2.0))
@maker
def rate() -> Rate: return Rate(3.0)
"""
_CONVERTING = """
def converted(function):
    kinds = function.__annotations__
    return lambda **given: function(**{name: kinds[name](each) for name, each in given.items()})
@converted
def area(width: float, times: int = 1) -> float: return width * times
"""
_FACTORY_CLASS = """
def make(kind):
    @dataclass
    class Made:
        value: kind
    return Made
"""
_GENERIC = "T = TypeVar('T')\nclass Box(Generic[T]):\n    held: T\n    rate: Rate\n"
_META = """
class Meta(type):
    def __new__(cls, name, bases, space):
        made = super().__new__(cls, name, bases, space)
        made.kinds = [str(each) for each in made.__annotations__.values()] if hasattr(made, "__annotations__") else []
        return made
class Model(metaclass=Meta):
    rate: Rate
    width: float
"""
_SUBCLASS = """
class Base:
    def __init_subclass__(cls):
        cls.kinds = dict(cls.__annotations__)
class Model(Base):
    rate: Rate
"""


@pytest.mark.parametrize(
    ("before", "value", "body"),
    [
        ("", "get_type_hints(Outer)['inner'] is Inner", _LOCAL),
        ("", "Outer.__annotations__['inner'] is Inner", _LOCAL),
        (_DISPATCH, "[show(1), show(Square()), show('')]", ""),
        (_CLASSES + _METHOD, "Shown().show(Rate(1.0))", ""),
        (_CLASSES + _REGISTRY, "[MAKERS[Size]().width, MAKERS[Rate]().value]", ""),
        (_CONVERTING, "area(width='2.5', times='2')", ""),
        (_FACTORY_CLASS, "fields(make(int))[0].type('7')", ""),
        (_CLASSES + _GENERIC, "str(Box.__annotations__)", ""),
        (_CLASSES + _META, "Model.kinds", ""),
        (_CLASSES + _SUBCLASS, "str(Model.kinds)", ""),
        (_CLASSES, "str(get_type_hints(inner))", "    def inner(x: Rate) -> 'Size': return x\n"),
        ("RATE: Decimal = Decimal(2)\n", "str(sys.modules[__name__].__annotations__.get('RATE', Decimal))", ""),
        ("def g(*args: int, **more: float) -> None: pass\n", "str(inspect.signature(g))", ""),
        ("def g(at: collections.abc.Sequence[\n    int\n] = ()) -> None: pass\n", "str(inspect.signature(g))", ""),
        # A task beside it speaks of what only flowdsl has: that stays text.
        (
            _CLASSES + "@task(image='i')\ndef g(at: File) -> int: return 3\n",
            "[g(1), fields(Rate)[0].type.__name__]",
            "",
        ),
    ],
)
def test_who_reads_types_gets_types(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    before: str,
    value: str,
    body: str,
) -> None:
    there, here = _both(project({"main.py": _task(_IMPORTS + before, value, body)}), tmp_path)
    assert there.replace("__main__.", "main.") == here


_MODELS = """
from pydantic import BaseModel, TypeAdapter, Field, validate_call, field_validator
from pydantic.dataclasses import dataclass as checked
class Rate(BaseModel):
    value: Annotated[float, Field(gt=0)]
class Model(BaseModel):
    rate: Rate
    more: list[Rate] = []
    @field_validator("more")
    @classmethod
    def some(cls, value: list[Rate]) -> list[Rate]: return value[:1]
@checked
class Plain:
    rate: Rate
@dataclass
class Bare:
    rate: Rate
@validate_call
def scaled(rate: Rate, by: int) -> float: return rate.value * by
"""


@pytest.mark.parametrize(
    ("value", "body"),
    [
        ("Model(rate={'value': '1'}, more=[{'value': 2}, {'value': 3}])", ""),
        ("Plain(rate={'value': '1'}).rate.value", ""),
        ("TypeAdapter(Bare).validate_python({'rate': {'value': '1'}}).rate.value", ""),
        ("scaled({'value': '1.5'}, by='2')", ""),
        ("[str(each.annotation) for each in Model.model_fields.values()]", ""),
        ("Outer(inner={'n': '3'}).inner.n", "    class Inner(BaseModel):\n        n: int\n    class Outer(BaseModel):\n        inner: Inner\n"),
        ("type(Model(rate={'value': 1}).rate) is Rate", ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("elsewhere", [False, True])
def test_models_of_pydantic(
    project: Callable[..., Any],  # noqa: F811
    tmp_path: Path,
    value: str,
    body: str,
    elsewhere: bool,
) -> None:
    names = "from kinds import BaseModel, Model, Plain, Bare, Rate, TypeAdapter, scaled\n"
    files = {"main.py": _task(_IMPORTS + (names if elsewhere else _MODELS), value, body)}
    if elsewhere:
        files["kinds.py"] = _IMPORTS + _MODELS
    there, here = _both(project(files), tmp_path, ("pydantic",))
    assert there.replace("__main__.", "main.") == here


_ATTRS = """
import attrs
@attrs.define
class Inner:
    n: int
@attrs.define
class Outer:
    inner: Inner
    at: float = attrs.field(default=0.0, converter=float)
"""


@pytest.mark.parametrize(
    "value",
    [
        "attrs.fields(Outer).inner.type is Inner",
        "[each.type.__name__ for each in attrs.fields(Outer)]",
        "attrs.resolve_types(Outer) is Outer and attrs.fields(Outer).inner.type is Inner",
    ],
)
def test_classes_of_attrs(project: Callable[..., Any], tmp_path: Path, value: str) -> None:  # noqa: F811
    there, here = _both(project({"main.py": _task(_ATTRS, value)}), tmp_path, ("attrs",))
    assert there == here


def _told(module: Any, **options: Any) -> list[tuple[str, int, int]]:
    collector = Collector()
    slice_source(module.f.function, collector=collector, **options)
    return [(each.code, each.location.line, each.location.column) for each in collector]


@pytest.mark.parametrize(
    ("before", "value", "told"),
    [
        # The container has no such module.
        (
            "import attrs\n@dataclass\nclass Held:\n    by: attrs.Attribute\n",
            "[e.type for e in fields(Held)]",
            [(9, 9)],
        ),
        # It has none of flowdsl's words.
        ("@dataclass\nclass Held:\n    by: File\n", "[e.type for e in fields(Held)]", [(8, 9)]),
        ("@dataclass\nclass Held:\n    by: File\n", "Held.__annotations__", [(8, 9)]),
        ("def held(by: File) -> int: return 1\n", "inspect.signature(held).parameters['by'].annotation", [(6, 14)]),
        # A text is one in both places; the names of fields are there in any case, and so are the types of others.
        ("@dataclass\nclass Held:\n    by: 'File'\n", "[e.type for e in fields(Held)]", []),
        ("@dataclass\nclass Held:\n    by: File\n", "[e.name for e in fields(Held)]", []),
        ("class Held:\n    by: File\n", "[Held, [e.type for e in fields(Rate)]]", [(7, 9)]),
    ],
)
def test_what_can_not_be_a_type_there(
    project: Callable[..., Any],  # noqa: F811
    before: str,
    value: str,
    told: list[tuple[int, int]],
) -> None:
    classes = "@dataclass\nclass Rate:\n    value: float\n" if "Rate" in value else ""
    text = f"from flowdsl import File, task\n{_IMPORTS[1:]}{before}{classes}@task(image='i')\ndef f() -> str:\n    return repr({value})\n"
    assert _told(project({"main.py": text}), target=(3, 12)) == [("FLOW415", *place) for place in told]


def test_a_python_that_is_not_known_may_lack_the_words(project: Callable[..., Any]) -> None:  # noqa: F811
    text = _task(
        "from dataclasses import *\n@dataclass\nclass Held:\n    by: list[int]\n", "[e.type for e in fields(Held)]"
    )
    assert _told(project({"main.py": text})) == [("FLOW415", 5, 9)]
    assert _told(project({"other.py": text}, "other"), target=(3, 9)) == []


def test_annotations_that_are_text_here_are_text_there(project: Callable[..., Any], tmp_path: Path) -> None:  # noqa: F811
    text = "from __future__ import annotations\n" + _task(_IMPORTS + _CLASSES, "str(Size.__annotations__)")
    there, here = _both(project({"main.py": text}), tmp_path)
    assert there == here
    assert "Rate | None" in here
    assert "Optional" not in here


def test_where_nobody_looks_they_stay_as_they_are(project: Callable[..., Any]) -> None:  # noqa: F811
    sliced = cut(
        project(
            {
                "main.py": _task(
                    "from dataclasses import dataclass\n@dataclass\nclass Rate:\n    value: float\n", "Rate(1.0)"
                )
            }
        ).f.function,
        target=(3, 12),
    )
    assert sliced.source.startswith("from __future__ import annotations\n")
    assert not sliced.evaluated
