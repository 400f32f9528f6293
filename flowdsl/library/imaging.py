"""`flowdsl images`: the images of tasks with `packages_image`, built and pushed by docker, podman or buildah."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from flowdsl.compiler.packages import Locks, need_of, recipe_of
from flowdsl.diagnostics import Collector, UsageError
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.locking import tasks_of
from flowdsl.library.pins import python_file
from flowdsl.library.profiles import settings_for
from flowdsl.packages import programs
from flowdsl.packages.images import REQUIREMENTS, Recipe
from flowdsl.packages.tools import tail

_SHORT, _LONG = 5 * 60, 3 * 60 * 60  # seconds of a question to an engine, and of a build or a push
ENGINES = ("docker", "podman", "buildah")


def recipes_of(target: Pipeline | Manifest, profile: str = "") -> list[Recipe]:
    """The images that the tasks of a file run in, each once, by name. Raises FlowError, also where a lock is stale."""
    collector, locks = Collector(), Locks(python_file(target))
    found: dict[str, Recipe] = {}
    for task in tasks_of(target, collector, settings_for(target, profile)):
        need = need_of(task, collector)
        resolution = locks.of(need, collector) if need is not None else None
        recipe = recipe_of(task.options, resolution) if task.has_body else None
        if recipe is not None:
            found[recipe.name] = recipe
    collector.raise_if_errors()
    return [found[name] for name in sorted(found)]


def find_engine(wanted: str, environ: Mapping[str, str]) -> str:
    """The path of what builds images. Raises UsageError where there is none."""
    for name in (wanted,) if wanted else ENGINES:
        if found := shutil.which(name, path=environ.get("PATH", "")):
            return found
    raise UsageError(f"there is no {wanted or ', '.join(ENGINES)} on the PATH; install one, or run this in CI")


def build_image(recipe: Recipe, engine: str, environ: Mapping[str, str], tell: Callable[[str], None]) -> bool:
    """Build an image unless the engine has it; whether it was built. Raises UsageError with what the engine said."""
    inspect = ["inspect", "--type", "image"] if Path(engine).name == "buildah" else ["image", "inspect"]
    if _call([engine, *inspect, recipe.name], environ, _SHORT).code == 0:
        return False
    tell(f"building {recipe.name}")
    with tempfile.TemporaryDirectory(prefix="flowdsl-image-") as folder:
        (Path(folder) / "Dockerfile").write_text(recipe.dockerfile, encoding="utf-8")
        (Path(folder) / REQUIREMENTS).write_text(recipe.requirements, encoding="utf-8")
        what = ["--platform", recipe.platform, "--tag", recipe.name, "--file", f"{folder}/Dockerfile"]
        _run([engine, "build", *what, folder], environ)
    return True


def push_image(recipe: Recipe, engine: str, environ: Mapping[str, str], tell: Callable[[str], None]) -> None:
    """Push an image, as the engine is signed in. Raises UsageError with what the engine said."""
    tell(f"pushing {recipe.name}")
    _run([engine, "push", recipe.name], environ)


def _run(command: Sequence[str], environ: Mapping[str, str]) -> None:
    done = _call(command, environ, _LONG)
    if done.code != 0:
        raise UsageError(f"{Path(command[0]).name} {command[1]} ended with {done.code}:\n{tail(done.output)}")


def _call(command: Sequence[str], environ: Mapping[str, str], limit: float) -> programs.Done:
    try:
        return programs.run(command, environ, limit, merged=True)
    except OSError as error:
        raise UsageError(f"{Path(command[0]).name} can't be started: {error.strerror}") from error
    except programs.TooLongError as error:
        raise UsageError(str(error)) from error
