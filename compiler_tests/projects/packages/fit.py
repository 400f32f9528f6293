"""Fits a line with a package that is pinned. Its image, whose Python is the test machine's, is the pyproject's."""

from pathlib import Path
from typing import NamedTuple

from flowdsl import PVC, File, LocalRun, Secret, pipeline, task


class Line(NamedTuple):
    model: File
    slope: float
    made_with: str


@task(packages=["leastsquares==1.*"], packages_cache="wheels", env={"PIP_INDEX_URL": Secret("pypi", "url")})
def fit(points: int) -> Line:
    import leastsquares

    xs = [float(each) for each in range(points)]
    slope = leastsquares.slope(xs, [3 * x + 1 for x in xs])
    model = Path("line.txt")
    model.write_text(f"{slope}\n")
    return Line(model, slope, leastsquares.__version__)


@task
def apply(model: File, x: int) -> float:
    return float(model.read_text()) * x


HERE = LocalRun(
    secrets={"pypi": {"url": "https://pypi.org/simple"}}
)  # nobody asks it: packages are installed before a run


@pipeline(files=PVC("files", storage="1Gi"), local=HERE)
def fitting(points: int = 20):
    line = fit(points)
    return {"slope": line.slope, "made_with": line.made_with, "at_10": apply(line.model, 10)}
