"""Where runs are kept: found by name, made for a new one, and how a person calls one of them."""

from __future__ import annotations

import shlex
import shutil
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.check.names import SUBDOMAIN_HINT
from flowdsl.diagnostics import UsageError
from flowdsl.kube.drawn_names import drawn_name
from flowdsl.kube.object_names import is_subdomain
from flowdsl.library.inputs import Values
from flowdsl.library.lengths import check_lengths
from flowdsl.library.run_inputs import Inputs, choose_run, lacking, pipeline_spec
from flowdsl.library.run_options import RunOptions
from flowdsl.library.run_settings import RunSettings, load_settings
from flowdsl.machine.naming import LONGEST
from flowdsl.runner.pipelinerun.only import only
from flowdsl.runner.store import RUNS, RunFolder

if TYPE_CHECKING:
    from flowdsl.kinds.shapes import PipelineRun
    from flowdsl.runner.store.shapes import About


def runs_root(settings: RunSettings | None = None) -> Path:
    """The folder of all runs: the project's setting, else `.flowdsl/runs` in the working folder."""
    settings = settings or load_settings(Path.cwd())
    return settings.folder / settings.runs if settings.runs else RUNS


def cache_beside(runs: Path) -> Path:
    """The folder of what tasks that opted in gave before."""
    return runs.parent / "cache"


def new_folder(inputs: Inputs, options: RunOptions, runs: Path) -> RunFolder:
    """Name the run and make its folder. Raises UsageError where there is one of that name, or params are missing."""
    run = choose_run(inputs)
    name = _name(run, inputs, options)
    check_startable(run, inputs)
    if options.only:
        only(pipeline_spec(run, inputs.documents), options.only)
    path = Path(options.folder) if options.folder else runs / name
    about: About = {"name": name, "only": list(options.only), **about_of(inputs, options.values)}
    try:
        return RunFolder.create(path, inputs.documents, about)
    except FileExistsError:
        hint = f"go on with it: --resume {path}" if options.folder else "choose another --name"
        raise UsageError(f"{path} holds a run already; {hint}, or remove it") from None


def _name(run: PipelineRun, inputs: Inputs, options: RunOptions) -> str:
    """Give the run a name, a namespace and a uid; the name. Raises UsageError for what can't be one."""
    metadata = run.setdefault("metadata", {})
    name = options.name or metadata.get("name") or drawn_name(str(metadata.get("generateName") or "run-"))
    if not is_subdomain(name) or len(name) > LONGEST:
        raise UsageError(f"{name!r} is no name for a run: {SUBDOMAIN_HINT.replace('253', str(LONGEST))}")
    metadata["name"] = name
    metadata.pop("generateName", None)
    # It is looked for again when it is played, by the name that it has now.
    inputs.wanted = name
    metadata["namespace"] = options.values.namespace or metadata.get("namespace") or "default"
    metadata["uid"] = str(uuid.uuid4())
    return name


def about_of(inputs: Inputs, values: Values) -> About:
    """What makes the documents of a run again, from its files as they are then."""
    return {
        "source": inputs.source,
        "folder": str(Path.cwd()),
        "set": sorted(values.params),
        "values": dict(values.params),
        "profile": values.profile,
        "alpha": sorted(values.alpha),
    }


def check_startable(run: PipelineRun, inputs: Inputs) -> None:
    """Raise UsageError for a run that would not start: it waits for somebody, or lacks values."""
    if (run.get("spec") or {}).get("status") == "PipelineRunPending":
        raise UsageError("the PipelineRun is pending (spec.status): a cluster would not start it; leave that out")
    served = [name for service in inputs.local.services for name in service.params]
    missing = [each["name"] for each in lacking(run, inputs.documents, served)]
    if missing:
        example = " ".join(f"--set {name}=..." for name in missing)
        raise UsageError(f"the run has no value for {', '.join(missing)}; give it: {example}")
    check_lengths(run, inputs.documents)


def command_line() -> str:
    """How to call flowdsl from here: a virtual environment may have been named by its path alone."""
    return "flowdsl" if shutil.which("flowdsl") else f"{shlex.quote(sys.executable)} -m flowdsl"


def known_as(folder: RunFolder, runs: Path) -> str:
    """What `--resume` and `runs logs` find the run by: its name, or the folder where it is kept elsewhere."""
    usual = runs / folder.name
    return shlex.quote(folder.name if usual.resolve() == folder.path.resolve() else str(folder.path))
