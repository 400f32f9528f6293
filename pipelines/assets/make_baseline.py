"""Record what later runs are compared with: the measures of a run of its own, by the model before this one.

    python pipelines/assets/make_baseline.py                 # run the pipeline with the stand-in's weights 0.9
    python pipelines/assets/make_baseline.py --run NAME      # take a run that you accept: .flowdsl/runs/NAME

Where the measures come from (run, date, the source's revision, model, settings) is in the file. Record one again when
the portrait, the speech, the stand-in or a measure has changed, and look at the difference.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[1]))

from sonic_flow.baseline import read_baseline
from sonic_flow.files import stop

HERE = Path(__file__).resolve().parent
PIPELINE = HERE.parent / "sonic.py"
NOTE = "claims/sonic-data/runs/*/run-inference/record/metrics.json"


def run_of_its_own(model: str, folder: Path) -> None:
    """Run the whole pipeline with the weights of a model. Stops where it fails; what its gate says is all the same."""
    command = [sys.executable, str(PIPELINE), "run", "--folder", str(folder), "--name", f"baseline-{model}"]
    command += ["--set", "require_baseline=false"]
    if subprocess.run(command, env={**os.environ, "SONIC_MODEL": model}, check=False).returncode:
        stop("the run did not succeed; nothing was recorded")


def record(run: Path, target: Path) -> None:
    """Keep the measures of a finished run. Stops where it has none."""
    notes = list(run.glob(NOTE))
    if len(notes) != 1:
        stop(f"{run} is no run of Sonic that got as far as measuring its clip")
    found = read_baseline(notes[0])
    target.write_bytes(notes[0].read_bytes())
    print(f"{target}: {', '.join(sorted(found.metrics))}; {found.told()}")


def main() -> None:
    """Run, or take a run, and record it."""
    parser = argparse.ArgumentParser(description="record the baseline of Sonic's gate")
    parser.add_argument("--run", help="a run that you accept, by its name or folder")
    parser.add_argument("--model", default="0.9", help="the stand-in's weights for a run of its own")
    parser.add_argument("--output", type=Path, default=HERE / "baseline.json")
    options = parser.parse_args()
    if options.run:
        named = Path(".flowdsl") / "runs" / options.run
        record(named if named.is_dir() else Path(options.run), options.output)
        return
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "run"
        run_of_its_own(options.model, place)
        record(place, options.output)


if __name__ == "__main__":
    main()
