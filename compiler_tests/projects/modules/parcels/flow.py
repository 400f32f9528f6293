"""Weighs a list of parcels and adds up what they cost."""

import json
from pathlib import Path
from typing import NamedTuple

import house

from flowdsl import File, pipeline, task

from . import price
from ._units import Unit, Weight


class Weighed(NamedTuple):
    grams: File
    refused: int


def read(text: str) -> list[Weight]:
    """`250 3k`: grams, or kilograms with a k."""
    return [Weight(int(each.rstrip("k")), Unit.KILO if each.endswith("k") else Unit.GRAM) for each in text.split()]


@task(image=house.IMAGE)
def weigh(parcels: str) -> Weighed:
    grams = [each.grams for each in read(parcels)]
    taken = [each for each in grams if each <= house.LARGEST]
    file = Path("grams.json")
    file.write_text(json.dumps(taken))
    return Weighed(file, len(grams) - len(taken))


@task(image=house.IMAGE)
def charge(grams: File) -> int:
    return sum(price(Weight(each)) for each in json.loads(grams.read_text()))


@pipeline
def shipping(parcels: str = "250 3k 900 31k"):
    weighed = weigh(parcels)
    return {"cents": charge(weighed.grams), "refused": weighed.refused}
