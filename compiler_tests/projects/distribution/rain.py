"""Uses both tasks named `clean` of the distribution."""

from weather import clean_days, clean_months, load

from flowdsl import pipeline


@pipeline
def rain(days: int = 9):
    return {"total": clean_months(clean_days(load(days)))}
