"""Tasks that several pipelines share."""

from .days import clean as clean_days
from .days import load as load
from .months import clean as clean_months

__all__ = ["clean_days", "clean_months", "load"]
