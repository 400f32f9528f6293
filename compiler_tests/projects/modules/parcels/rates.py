"""Prices by weight."""

from ._units import Unit, Weight

STEPS = {Weight(500): 390, Weight(2, Unit.KILO): 549, Weight(10, Unit.KILO): 949}


def price(weight: Weight) -> int:
    """Cents for a parcel. The heaviest step is for all that is heavier."""
    return next((cents for step, cents in STEPS.items() if weight.grams <= step.grams), max(STEPS.values()))
