"""The way of a new user: a package of packages with data, an enum, a dataclass, partials and uses, as it is."""

from __future__ import annotations

import textwrap
from pathlib import Path

import flowdsl
from flowdsl.emit import emit_yaml
from flowdsl.library.importing_tried import differing

FILES = {
    "pyproject.toml": '[project]\nname = "cafe"\nversion = "1"\n',
    "cafe/__init__.py": "",
    "cafe/menu/__init__.py": "from .sizes import Size as Size\n",
    "cafe/menu/sizes.csv": "s,2\nl,5\n",
    "cafe/menu/sizes.py": """
        import csv
        import enum
        from importlib import resources


        class Size(enum.Enum):
            SMALL = "s"
            LARGE = "l"

            @property
            def cups(self) -> int:
                rows = resources.files(__package__).joinpath("sizes.csv").read_text().splitlines()
                return int(dict(csv.reader(rows))[self.value])
    """,
    "cafe/order.py": """
        from dataclasses import dataclass, field

        from . import house as rules
        from .menu import Size


        @dataclass(frozen=True)
        class Order:
            guest: str
            drinks: list[int] = field(default_factory=list)

            def cups(self, size: Size) -> int:
                return sum(self.drinks) * size.cups + rules.FREE
    """,
    "cafe/house.py": "FREE = 1\n",
    "cafe/flow.py": """
        import functools

        from flowdsl import pipeline, task

        from .menu import Size
        from .order import Order


        @task(image="python:3.12-slim")
        def take(guest: str, drinks: list[int]) -> Order:
            return Order(guest, drinks)


        def poured(guest: str, drinks: list[int], size: str) -> int:
            return Order(guest, drinks).cups(Size(size))


        pours = [
            task(image="python:3.12-slim", name=f"pour-{size.value}")(functools.partial(poured, size=size.value))
            for size in Size
        ]
        large = pours[1].with_options(variant="pour-at-night", memory="64Mi", env={"HOUR": "23"})


        def tipping(share: float, floor: int):
            @task(image="python:3.12-slim")
            def tip(cups: int) -> float:
                return max(cups * share, floor)

            return tip


        @pipeline
        def flow(drinks: list[int] = [1, 2]) -> dict[str, object]:
            order = take("ada", drinks)
            found = {f"by-{number}": pour(order.guest, order.drinks) for number, pour in enumerate(pours)}
            return {**found, "night": large(order.guest, order.drinks), "tip": tipping(0.5, 2)(found["by-1"])}
    """,
}


def test_a_project_runs_as_it_is_and_comes_back_from_its_yaml(tmp_path: Path) -> None:
    for name, text in FILES.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(textwrap.dedent(text).lstrip("\n"))
    flow = flowdsl.load(tmp_path / "cafe" / "flow.py")
    done = flowdsl.run(flow, folder=tmp_path / "run")
    assert done.results == {"by-0": "7", "by-1": "16", "night": "16", "tip": "8.0"}
    documents = tuple(dict(each) for each in flowdsl.compile(flow).documents)
    (tmp_path / "flow.yaml").write_bytes(emit_yaml(documents))
    text = flowdsl.import_yaml(tmp_path / "flow.yaml")
    assert differing(text, documents) == []
    assert "pour_at_night = pour_l.with_options(" in text
    assert text.count("@task(") == len([each for each in documents if each["kind"] == "Task"]) - 1
