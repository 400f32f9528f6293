"""The packages of tasks: what each wants, and the pins that its file's lock has for its image."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Collector, Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.frontend import places
from flowdsl.frontend.image_check import repository_of
from flowdsl.ir.nodes import PipelineDef, TaskDef
from flowdsl.ir.options import TaskOptions
from flowdsl.kube.conventions import ARCHITECTURE

# What reads packages and locks loads with the first task that wants any: most pipelines have none.
if TYPE_CHECKING:
    from flowdsl.packages.images import Recipe
    from flowdsl.packages.lockfile import Resolution
    from flowdsl.packages.requirements import Wanted
    from flowdsl.packages.targets import Target

_FILES = (".txt", ".in", ".toml", ".lock")


@frozen
class Need:
    """What a task wants installed, and where."""

    task: str
    wanted: Wanted
    target: Target
    location: Location

    def answered_by(self, resolutions: Iterable[Resolution]) -> Resolution | None:
        """The resolution of just this; None where the lock has none."""
        asked = (self.wanted.requirements, self.wanted.digest, self.target)
        return next((each for each in resolutions if (each.requirements, each.constraints, each.target) == asked), None)

    def lacking(self, resolutions: Iterable[Resolution]) -> str:
        """Why none of a lock's resolutions is of just this, in words."""
        asked = (self.wanted.requirements, self.target)
        locked = [each.constraints for each in resolutions if (each.requirements, each.target) == asked]
        if not locked:
            return f"it has no {', '.join(self.wanted.requirements)} for {self.target}"
        if not self.wanted.digest:
            return "it was made with the versions of a uv.lock, which the task no longer names"
        return "the uv.lock has other versions since" if any(locked) else "it was made without the uv.lock's versions"

    def without_pins(self) -> Resolution:
        """What stands for its packages where they are not known."""
        from flowdsl.packages.lockfile import Resolution

        return Resolution(self.wanted.requirements, self.target, (), self.wanted.digest)


@attrs.define
class Locks:
    """The lock of one Python file, read when a task first wants a package. `file` is the pipeline's.

    `unlocked`: what it lacks is a warning, for a pipeline that is only looked at; its tasks have no pins then.
    """

    file: str
    unlocked: bool = False
    _read: bool = False
    _resolutions: tuple[Resolution, ...] | None = None
    _problem: str = ""

    @property
    def path(self) -> Path:
        """Where the lock lies."""
        from flowdsl.packages.lockfile import lock_path

        return lock_path(self.file)

    def of(self, need: Need, collector: Collector) -> Resolution | None:
        """The pins of a task; None, and a finding in the collector, where the lock has none for it."""
        self._open()
        found = need.answered_by(self._resolutions or ())
        if found is not None and not self._problem:
            return found
        shown, command = places.display(str(self.path)), f"flowdsl lock {places.display(self.file)}"
        report = collector.warning if self.unlocked else collector.error
        if self._problem:
            said = f"the lock file {shown} can't be read: {self._problem}"
            report("FLOW092", said, need.location, hint=f"make it anew: `{command}`")
        elif self._resolutions is None:
            said = f"task {need.task!r} wants packages, and there is no lock file {shown}"
            report("FLOW086", said, need.location, hint=f"pin them: `{command}`")
        else:
            said = f"the lock file {shown} is stale: {need.lacking(self._resolutions)}"
            report("FLOW087", said, need.location, hint=f"lock again: `{command}`")
        return need.without_pins() if self.unlocked else None

    def _open(self) -> None:
        from flowdsl.packages.lockfile import DamagedError, read_lock

        if not self._read:
            self._read = True
            try:
                self._resolutions = read_lock(self.path)
            except DamagedError as error:
                self._problem = str(error)


def need_of(task: TaskDef, collector: Collector) -> Need | None:
    """What a task wants installed; None where that is nothing, or where findings in the collector say what is wrong."""
    options = task.options
    if not options.packages or task.function is None:
        return None
    place = task.place
    if not task.has_body:
        hint = "give the function a body, or take an image that has them"
        collector.error("FLOW089", f"packages= of {task.name!r} has no body to be for", place, hint=hint)
        return None
    from flowdsl.packages.requirements import read_wanted

    items = _items(options)
    asked = task.use is not None and "packages" in task.use.given
    file = place.file if asked else task.function.__code__.co_filename
    lines = dict(_lines(items, file, place if asked else task.location))
    wanted = read_wanted(items, Path(file).parent, lines, collector, lambda path: places.display(os.fspath(path)))
    target = _target(task.name, options, place, collector)
    return Need(task.name, wanted, target, place) if wanted is not None and target is not None else None


def file_of(function: Callable[..., object]) -> str:
    """The file that a pipeline's or a task's function stands in, beside which its lock lies."""
    return function.__code__.co_filename


def packaged(definition: PipelineDef) -> Iterator[TaskDef]:
    """The tasks of a pipeline that want packages, those of pipelines in it too."""
    for node in definition.nodes:
        if node.pipeline is not None:
            yield from packaged(node.pipeline)
        elif node.task.options.packages:
            yield node.task


def install_call(resolution: Resolution, *, image: bool) -> str:
    """The statement of a task's script that installs its packages. `image`: the body uses the image's, too."""
    target, more = resolution.target, ", image=True" if image else ""
    given = f'"{resolution.key}", "{target.python}", "{target.platform}"'
    return f'_flowdsl_packages({given}, """\\\n{resolution.text}"""{more})\n'


def recipe_of(options: TaskOptions, resolution: Resolution | None) -> Recipe | None:
    """The image that a task's packages are built into; None where its step installs them, or where none are known."""
    if not options.packages_image or (resolution is None and options.packages):
        return None
    from flowdsl.packages.images import Recipe
    from flowdsl.packages.targets import machine_of

    machine = machine_of(options.node_selector.get(ARCHITECTURE, ""))
    return Recipe(repository_of(options), options.image, options.python, machine, resolution, options.apt)


def names_of(need: Need, resolution: Resolution | None) -> list[str]:
    """The packages whose modules a body may import: those of the lock, or without one those that are asked for."""
    pins = resolution.pins if resolution is not None else ()
    return [pin.name for pin in pins] or list(need.wanted.requirements)


def _items(options: TaskOptions) -> Sequence[str]:
    return (options.packages,) if isinstance(options.packages, str) else options.packages


def _target(name: str, options: TaskOptions, location: Location, collector: Collector) -> Target | None:
    # Not at the top: a pipeline without packages slices without it, or not at all.
    from flowdsl.frontend.slicing.versions import named_version
    from flowdsl.packages.targets import ARCHITECTURES, image_target

    version = named_version(options.image, options.python)
    if version is None:
        collector.error(
            "FLOW088",
            f"the Python of the image {options.image!r} of task {name!r} is not known, so its packages can't be locked",
            location,
            hint='say which it is: `python="python3.12"`, or take an image such as python:3.12-slim',
        )
        return None
    architecture = options.node_selector.get(ARCHITECTURE, "")
    if architecture and architecture not in ARCHITECTURES:
        collector.error(
            "FLOW078",
            f"task {name!r} is for nodes with {ARCHITECTURE}={architecture!r}, for which there are no packages",
            location,
            hint=f"write one of {', '.join(ARCHITECTURES)}",
        )
        return None
    return image_target(options.image, version, architecture)


def _lines(items: Sequence[str], file: str, place: Location) -> Iterator[tuple[str, Location]]:
    """The line of each item: the first, from the decorator on, that has its text."""
    try:
        text = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        text = []
    for item in items:
        found = (number for number in range(place.line, len(text) + 1) if item and item in text[number - 1])
        yield item, Location(place.file, next(found, place.line))
