"""Units, which two other modules need."""

from dataclasses import dataclass
from enum import Enum


class Unit(Enum):
    GRAM = 1
    KILO = 1000


@dataclass(frozen=True)
class Weight:
    amount: int
    unit: Unit = Unit.GRAM

    @property
    def grams(self) -> int:
        return self.amount * self.unit.value
