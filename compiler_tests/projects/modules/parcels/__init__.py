"""Parcels: what they weigh and what they cost."""

from .rates import price as price
