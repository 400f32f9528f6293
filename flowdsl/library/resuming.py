"""Going on with a run that was kept: with what its files say today, or with the documents that were recorded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.ir.local import LocalRun
from flowdsl.kinds.table import SECRET
from flowdsl.library.environments import locked
from flowdsl.library.inputs import Files, Given, from_yaml, load, pipeline_in, source_of, target_in, to_run
from flowdsl.library.local import local_of
from flowdsl.library.pins import python_file
from flowdsl.library.run_folders import about_of, check_startable
from flowdsl.library.run_inputs import Inputs, choose_run, pipeline_spec, set_params
from flowdsl.library.run_kept import kept_documents
from flowdsl.library.run_sources import is_of, sources_again
from flowdsl.library.run_thresholds import check_conditions_alone, owner, set_again
from flowdsl.library.targets import file_and_name, is_python

if TYPE_CHECKING:
    from flowdsl.frontend.manifest import Manifest
    from flowdsl.frontend.pipeline import Pipeline
    from flowdsl.kinds.shapes import PipelineRun
    from flowdsl.library.run_options import RunOptions
    from flowdsl.runner.store import RunFolder
    from flowdsl.runner.store.shapes import About


@attrs.frozen
class Resumed:
    """What a run goes on with. `about` is to be written, and the documents too; None where they are what they were."""

    inputs: Inputs
    about: About | None


def resumed(folder: RunFolder, given: Given | None, options: RunOptions, tell: Callable[[str], None]) -> Resumed:
    """What a run goes on with: its files as they are now, with the values it had and those that are given anew.

    With `options.frozen`, the documents that were recorded; so, too, where nothing says what they were made from.
    Nothing is written. Raises FlowError for files that do not compile any more, UsageError for one that is gone or is
    of another pipeline.
    """
    if options.frozen:
        return _frozen(folder, given, options)
    if note := _untold(folder.about(), given):
        return _frozen(folder, given, options, note)
    return _planned_again(folder, given, options, tell)


def _untold(about: About, given: Given | None) -> str:
    """Why the documents of a run can't be made again, for people; "" where they can."""
    if "values" not in about:
        return (
            "an older flowdsl has started this run, and kept no inputs: it goes on with the documents that it recorded"
        )
    if given is None and not about.get("source"):
        return "nothing says what the documents of this run were made from: it goes on with those that it recorded"
    return ""


def _planned_again(folder: RunFolder, given: Given | None, options: RunOptions, tell: Callable[[str], None]) -> Resumed:
    about, before = folder.about(), choose_run(Inputs(kept_documents(folder), LocalRun(), [], folder.name))
    named = source_of(given) if given is not None else []
    if given is None or (isinstance(given, Files) and is_of(about, named)):
        # The words of the run may name a pipeline where those of today name its file.
        given = Files(tuple(sources_again(about, folder.name)))
    loaded = load(given)
    kept = options.values
    values = attrs.evolve(
        kept,
        params=_merged(_kept_values(about), kept.params),
        namespace=kept.namespace or str(before["metadata"]["namespace"]),
        alpha=kept.alpha | set(about.get("alpha") or ()),
        profile=kept.profile or about.get("profile", ""),
    )
    notices: list[str] = []
    pipeline = pipeline_in(loaded.target)
    if pipeline is not None:
        params = _declared(values.params, [each.name for each in pipeline.params], kept.params, notices)
        values = attrs.evolve(values, params=params)
    # What YAML declares is known once it is read.
    first = values if pipeline is not None else attrs.evolve(values, params={})
    inputs = locked(loaded.target, lambda: to_run(loaded, first), options.environment, tell, values.profile)
    run = choose_run(inputs)
    if pipeline is None:
        declared = [each["name"] for each in pipeline_spec(run, inputs.documents).get("params") or ()]
        values = attrs.evolve(values, params=_declared(values.params, declared, kept.params, notices))
        set_params(run, inputs.documents, values.params)
    inputs.notices += notices
    if not is_of(about, inputs.source):
        _check_pipeline(before, run, folder, inputs.source)
    _take_over(run, before, values.namespace)
    inputs.wanted = folder.name
    check_startable(run, inputs)
    return Resumed(inputs, {**about, **about_of(inputs, values)})


def _frozen(folder: RunFolder, given: Given | None, options: RunOptions, note: str = "") -> Resumed:
    """The documents of the run as they were; from its source only what is not kept: stand-ins and Secrets."""
    about, chosen = folder.about(), options.values.params
    inputs = Inputs(kept_documents(folder), LocalRun(), [], wanted=folder.name, notices=[note] if note else [])
    source = source_of(given) if given is not None else []
    try:
        inputs.source = source = source or sources_again(about, folder.name)
    except UsageError:
        gone = " ".join(about.get("source") or ())
        inputs.notices.append(f"{gone} is gone: the stand-ins and Secrets that it gave the run are not here")
    target = _again(given, source)
    pipeline = pipeline_in(target)
    if target is not None:
        # A manifest has no stand-ins of its own.
        inputs.local = local_of(pipeline) if pipeline is not None else LocalRun()
        inputs.locked_by.append(python_file(target))
    else:
        present = [each for each in source if os.path.exists(file_and_name(each)[0])]
        documents = from_yaml(present).documents if present else []
        inputs.documents += [each for each in documents if SECRET.is_of(each)]
    if not chosen:
        return Resumed(inputs, None)
    if "values" not in about:
        # Nothing would tell that a task was given another value.
        check_conditions_alone(inputs, chosen)
        set_again(inputs, chosen, pipeline)
        names = {name.partition(".")[0] for name in chosen}
        return Resumed(inputs, {**about, "set": sorted({*(about.get("set") or ()), *names})})
    set_again(inputs, chosen, pipeline)
    params = _merged(_kept_values(about), chosen)
    return Resumed(inputs, {**about, "set": sorted(params), "values": params})


def _again(given: Given | None, source: Sequence[str]) -> Pipeline | Manifest | None:
    """The pipeline or manifest that the run is of; None for a run of YAML."""
    found = target_in(given)
    if found is not None or not any(map(is_python, source)):
        return found
    from flowdsl.library.loading import load_target

    return load_target(source[0])


def _kept_values(about: About) -> dict[str, str]:
    """The values that people gave the run. A file of it may have come to harm: what is no text is none."""
    return {str(name): text for name, text in (about.get("values") or {}).items() if isinstance(text, str)}


def _merged(kept: Mapping[str, str], chosen: Mapping[str, str]) -> dict[str, str]:
    """The values of before and those of today; one that is given whole takes the place of its fields."""
    left = {name: text for name, text in kept.items() if name.partition(".")[0] not in chosen}
    return {**left, **chosen}


def _declared(
    values: Mapping[str, str], declared: Sequence[str], chosen: Mapping[str, str], notices: list[str]
) -> dict[str, str]:
    """The values but for those of before whose param is gone, which is said."""
    gone = sorted(name for name in values if name not in chosen and owner(name, declared) not in declared)
    if gone:
        notices.append(f"the pipeline has no param {', '.join(gone)} any more: what it was given is left out")
    return {name: text for name, text in values.items() if name not in gone}


def _check_pipeline(before: PipelineRun, now: PipelineRun, folder: RunFolder, source: Sequence[str]) -> None:
    """Raise UsageError where a run is of another pipeline: it would run all of that, in the folder of this one."""
    old, new = _pipeline_name(before), _pipeline_name(now)
    if old != new:
        named = " ".join(source) or "what was given"
        raise UsageError(
            f"run {folder.name} is of pipeline {old!r}, and {named} is {new!r}: name the file of {old!r}, or start a "
            "new run without --resume"
        )


def _pipeline_name(run: PipelineRun) -> str:
    name = ((run.get("spec") or {}).get("pipelineRef") or {}).get("name")
    return str(name or run["metadata"].get("name") or "")


def _take_over(run: PipelineRun, before: PipelineRun, namespace: str) -> None:
    """It is the same run: files lie, and tasks may have told others, by its name and uid."""
    metadata = run.setdefault("metadata", {})
    metadata.pop("generateName", None)
    old = before["metadata"]
    metadata["name"], metadata["uid"], metadata["namespace"] = old["name"], old["uid"], namespace
