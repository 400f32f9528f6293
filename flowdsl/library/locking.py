"""`flowdsl lock`: what the tasks of a file want installed, resolved into the lock file beside it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path

import attrs

from flowdsl.compiler.packages import Need, file_of, need_of, packaged
from flowdsl.compiler.settle import settled_task
from flowdsl.diagnostics import Collector, FlowError, UsageError
from flowdsl.diagnostics.reading import NotReadError, read_file
from flowdsl.frontend.manifest import Manifest, Run
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.frontend.task import Task
from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.settings import Settings
from flowdsl.library.pins import python_file, shown
from flowdsl.library.profiles import settings_for
from flowdsl.library.rules import UNRESOLVABLE_PACKAGES
from flowdsl.packages.lockfile import MADE_BY, DamagedError, Resolution, lock_path, read_lock, read_target, write_lock
from flowdsl.packages.resolve import resolve
from flowdsl.packages.targets import Target, this_machine
from flowdsl.packages.tools import NOTHING_THERE, Tool, ToolError, UnreachedError, find_tool

_LINES = 4
"""Lines of what pip or uv said that a finding holds."""
Tell = Callable[[str], None]


@attrs.frozen
class Locked:
    """What a lock file is to hold, nothing where no task wants packages; `changed` says that what is there differs."""

    path: Path
    text: str
    resolutions: tuple[Resolution, ...]
    changed: bool

    @property
    def packages(self) -> str:
        """How many packages it pins, in words."""
        number = len({pin.name for each in self.resolutions for pin in each.pins})
        return f"{number} package{'' if number == 1 else 's'}"


def needs_of(target: Pipeline | Manifest, profile: str = "") -> list[Need]:
    """What the tasks of a pipeline's or manifest's file want installed, each once. Raises FlowError."""
    collector = Collector()
    found: dict[object, Need] = {}
    for task in tasks_of(target, collector, settings_for(target, profile)):
        need = need_of(task, collector)
        if need is not None:
            found.setdefault((need.wanted, need.target), need)
    collector.raise_if_errors()
    return list(found.values())


def lock(
    target: Pipeline | Manifest,
    environ: Mapping[str, str],
    tell: Tell = lambda _: None,
    *,
    upgrade: bool = False,
    pythons: Collection[str] = (),
    profile: str = "",
) -> Locked:
    """Resolve what a file's tasks want, for their images and this machine; nothing is written.

    What is locked already stays, unless `upgrade` asks for the newest that the requirements allow. `pythons` are more
    Pythons to lock for on this machine's platform, such as 3.13; `profile` is the place whose images count. `environ`
    is for pip or uv: their index, proxies and caches. `tell` is told of each resolution, which may take a while. Raises
    FlowError: FLOW085, FLOW088 or FLOW089 for what tasks ask for, FLOW090 where there is no answer.
    """
    file = python_file(target)
    path = lock_path(file)
    have = _own(path)
    try:
        before = () if upgrade else read_lock(path) or ()
    except DamagedError:
        before = ()
    needs = needs_of(target, profile)
    more = [_python(each) for each in pythons]
    made: dict[object, Resolution] = {}
    tool: Tool | None = None
    for need in needs:
        like: Resolution | None = None
        for target_ in (need.target, this_machine(), *more):
            wanted = attrs.evolve(need, target=target_)
            found = made.get((need.wanted, target_)) or wanted.answered_by(before)
            if found is None:
                tool = tool or _tool(need, environ, str(Path(file).parent))
                found = _resolve(wanted, tool, environ, tell, like)
            _check_hashes(need, found)
            made[need.wanted, target_] = like = found
    kept = [each for each in before if any(_same(each, need) for need in needs)]
    everything = tuple(sorted({*made.values(), *kept}))
    text = write_lock(Path(file).name, everything) if everything else ""
    return Locked(path, text, everything, text.encode() != have)


def _own(path: Path) -> bytes:
    """What the lock file holds, nothing where there is none. Raises UsageError for the file of another program."""
    if not path.exists():
        return b""
    try:
        have = read_file(path)
    except NotReadError as error:
        raise UsageError(f"{shown(path)} can't be made anew: {error.words}") from error
    if have.strip() and MADE_BY not in have:
        raise UsageError(f"{shown(path)} is no lock file of flowdsl's; name the Python file otherwise, or remove it")
    return have


def _python(text: str) -> Target:
    try:
        return read_target(text, this_machine().platform)
    except DamagedError as error:
        raise UsageError(f"--python takes a minor version such as 3.13, got {text!r}") from error


def _same(resolution: Resolution, need: Need) -> bool:
    return resolution.requirements == need.wanted.requirements and resolution.constraints == need.wanted.digest


def _tool(need: Need, environ: Mapping[str, str], project: str) -> Tool:
    try:
        return attrs.evolve(find_tool(environ), project=project)
    except ToolError as error:
        raise _no_answer(need, str(error)) from error


def _resolve(need: Need, tool: Tool, environ: Mapping[str, str], tell: Tell, like: Resolution | None) -> Resolution:
    tell(f"resolving {', '.join(need.wanted.requirements)} for {need.target} with {tool.name}")
    try:
        return resolve(need.wanted, need.target, tool, environ, like)
    except ToolError as error:
        if like is None or isinstance(error, UnreachedError):
            raise _failed(need, error) from error
    try:
        found = resolve(need.wanted, need.target, tool, environ)
    except ToolError as error:
        raise _failed(need, error) from error
    tell(f"{need.target} can't have the versions of {like.target}; its own differ")
    return found


def _check_hashes(need: Need, found: Resolution) -> None:
    """Raises FlowError, FLOW090, where a file that was found is none of those that a requirements.txt has hashes of."""
    for pin in found.pins:
        if need.wanted.refuses(pin):
            why = f"{pin.name} {pin.version} has the hash {', '.join(pin.hashes)}, which the file of requirements lacks"
            raise _no_answer(attrs.evolve(need, target=found.target), why)


def _failed(need: Need, error: ToolError) -> FlowError:
    if not isinstance(error, UnreachedError):
        return _no_answer(need, str(error))
    hint = "check the network, the proxy, the index's address and password (PIP_INDEX_URL) and certificate (PIP_CERT)"
    return _finding(need, "the index could not be asked for", str(error), hint)


def _no_answer(need: Need, why: str) -> FlowError:
    hint = "change the requirement, or the image's Python; only wheels are taken, no source distributions"
    if NOTHING_THERE in why:
        hint += "; or the index could not be asked: check the network, and PIP_INDEX_URL with its password"
    return _finding(need, "no packages answer", why, hint)


def _finding(need: Need, what: str, why: str, hint: str) -> FlowError:
    # One line, as every finding; what pip said last says most.
    said = "; ".join(line.removeprefix("ERROR: ").strip(" :") for line in why.splitlines()[-_LINES:])
    message = f"{what} {', '.join(need.wanted.requirements)} for {need.target}: {said}"
    return FlowError((UNRESOLVABLE_PACKAGES.finding(message, need.location, hint=hint),))


def tasks_of(target: Pipeline | Manifest, collector: Collector, settings: Settings) -> Iterator[TaskDef]:
    """Every task that has to do with the file, by the settings: of its pipelines and manifests, and its own."""
    for task in _tasks(target, collector):
        yield settled_task(task, settings, collector)


def _tasks(target: Pipeline | Manifest, collector: Collector) -> Iterator[TaskDef]:
    if isinstance(target, Manifest):
        for item in target.items:
            yield from _of(item.target if isinstance(item, Run) else item, collector)
        return
    for value in list(target.function.__globals__.values()):
        if isinstance(value, (Pipeline, Task)) and file_of(value.function) == file_of(target.function):
            yield from _of(value, collector)
    yield from _of(target, collector)


def _of(item: object, collector: Collector) -> Iterator[TaskDef]:
    if isinstance(item, Pipeline):
        traced = item.trace(frozenset())
        collector.extend(traced.findings)
        if traced.definition is not None:
            yield from packaged(traced.definition)
    elif isinstance(item, Task):
        collector.extend(item.problems)
        yield item.definition
