"""FLOW081's hints: each is followed, and the file compiles then."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from flowdsl.cli import main

FLOW = """{}
from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def price(count: int) -> float:
    return count * RATE


@pipeline
def shop(count: int = 3) -> None:
    price(count)
"""
RATE = "RATE = 2.5\n"
Do = Callable[[], None]


@attrs.frozen
class Case:
    """A file, the line that fails, what lies about, what the hint has in it, and how it is followed."""

    imports: str
    others: dict[str, str]
    hint: str
    follow: str | dict[str, str]
    """Another import, or files to write."""
    file: str = "shop/flow.py"
    where: str = ""
    """The file that the finding points to, where it is another one."""


PACKAGE = {"shop/__init__.py": "", "shop/settings.py": RATE}
CASES = {
    "dots in a script": Case(
        "from .settings import RATE",
        {"shop/settings.py": RATE},
        "write `from settings import RATE`, or put an `__init__.py` into shop",
        "from settings import RATE",
    ),
    "dots in a script, the other way": Case(
        "from .settings import RATE", {"shop/settings.py": RATE}, "an `__init__.py` into shop", {"shop/__init__.py": ""}
    ),
    "dots without a name": Case(
        "from . import settings\nRATE = settings.RATE",
        {"shop/settings.py": RATE},
        "write `import settings`",
        "import settings\nRATE = settings.RATE",
    ),
    "more dots than packages": Case(
        "from ..common import RATE as X, RATE",
        {"shop/__init__.py": "", "common.py": RATE},
        "write `from common import RATE as X, RATE`",
        "from common import RATE as X, RATE",
    ),
    "two dots in a script": Case(
        "from ..common import RATE",
        {"jobs/common.py": RATE},
        "put an `__init__.py` into jobs/shop and jobs",
        {"jobs/__init__.py": "", "jobs/shop/__init__.py": ""},
        file="jobs/shop/flow.py",
    ),
    "a bare name in a package": Case(
        "from .settings import RATE\nimport prices",
        {**PACKAGE, "shop/prices.py": RATE},
        "it lies in the package shop: write `from shop import prices`",
        "from .settings import RATE\nfrom shop import prices",
    ),
    "a bare name in a package, the other way": Case(
        "from shop.settings import RATE",
        {"shop/__init__.py": "", "shop/settings.py": "from prices import RATE\n", "shop/prices.py": RATE},
        "or `from shop.prices import`",
        {"shop/settings.py": "from shop.prices import RATE\n"},
        where="shop/settings.py",
    ),
    "a module of the package, misspelt": Case(
        "from shop.setings import RATE", PACKAGE, "did you mean shop.settings?", "from shop.settings import RATE"
    ),
    "a module beside, misspelt": Case(
        "from setings import RATE", {"shop/settings.py": RATE}, "did you mean settings?", "from settings import RATE"
    ),
    "a name, misspelt": Case(
        "from .settings import RAET as RATE", PACKAGE, "did you mean RATE?", "from .settings import RATE"
    ),
    "modules that import each other": Case(
        "from .settings import RATE",
        {"shop/__init__.py": "", "shop/settings.py": "from .flow import shop\nRATE = 2.5\n"},
        "import the name in the function that uses it",
        {"shop/settings.py": "def late():\n    from .flow import shop\n    return shop\nRATE = 2.5\n"},
        where="shop/settings.py",
    ),
    "a package that is not there": Case(
        "import no_such_package\nRATE = 1.0",
        {},
        'in their bodies and say `packages=["no_such_package"]`, or `requires=["no_such_package"]`',
        "RATE = 1.0\nfrom flowdsl import task as t\n@t(image='science:1', requires=['no_such_package'])\n"
        "def other(a: int) -> int:\n    import no_such_package\n    return no_such_package.f(a)\n",
    ),
}


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_a_hint_that_is_followed_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    case = CASES[name]
    monkeypatch.chdir(tmp_path)
    for module in [each for each in sys.modules if re.match(r"(shop|jobs|common|settings|prices)(\.|$)", each)]:
        monkeypatch.delitem(sys.modules, module)
    for path, text in case.others.items():
        write(tmp_path / path, text)
    write(tmp_path / case.file, FLOW.format(case.imports))
    assert main(["compile", case.file]) == 1
    said = capsys.readouterr().err
    assert said.startswith("error[FLOW081]")
    assert f"--> {case.where or case.file}:" in said
    assert f"{case.hint}" in said.partition("hint:")[2]
    if isinstance(case.follow, str):
        write(tmp_path / case.file, FLOW.format(case.follow))
    else:
        for path, text in case.follow.items():
            write(tmp_path / path, text)
    assert main(["compile", case.file]) == 0, capsys.readouterr().err
