"""What stands in `[tool.flowdsl.task]` and `[tool.flowdsl.profiles.NAME]`: read, checked, each finding at its line."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import get_args

import attrs

from flowdsl.diagnostics import Collector, FlowError
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.near import did_you_mean, near
from flowdsl.diagnostics.project import PROFILE_NAME, tables
from flowdsl.frontend.fits import MisfitError, check, hints
from flowdsl.frontend.options_check import check_pod_options, time_problems, value_problems
from flowdsl.ir.options import PipelineOptions, Provider, TaskOptions
from flowdsl.ir.settings import (
    EVENT_TARGETS,
    NO_EVENTS,
    NO_PROFILE,
    NO_SETTINGS,
    EventSettings,
    Options,
    Profile,
    Settings,
)
from flowdsl.kube import turned_range
from flowdsl.kube.object_names import is_label
from flowdsl.library.rules import PROJECT_SETTING, UNKNOWN_PROFILE

TASK_KEYS = (
    "image",
    "cpu",
    "memory",
    "gpu",
    "gpu_resource",
    "env",
    "timeout",
    "retries",
    "security",
    "labels",
    "annotations",
    "node_selector",
    "tolerations",
    "service_account",
    "requires",
    "packages_cache",
    "packages_image",
    "python",
)
"""Options of `@task` that a project may say for all: not what a task is, but how it runs."""
RUN_KEYS = (
    "service_account",
    "node_selector",
    "tolerations",
    "affinity",
    "priority_class",
    "runtime_class",
    "queue",
    "pod_template",
    "fs_group",
    "timeout",
    "tasks_timeout",
    "finally_timeout",
)
"""Options of `@pipeline` that are for its run."""
_TEXTS = ("namespace", "prefix")
_TABLES = ("images", "params", "task", "tasks")
_PREFIX = re.compile(r"[a-z0-9][-a-z0-9]{0,50}")

Keys = tuple[str, ...]
Table = Mapping[str, object]
_EMPTY: Table = {}
_OURS = ("task", "profiles", "events")


def read_settings(text: str, file: str, profile: str = "") -> Settings:
    """The settings of a pyproject.toml, whose path is shown as `file`. Raises FlowError, UsageError."""
    found = tables(text, file)
    reader = _Reader(Settings(file=file, text=text), Collector())
    reader.look_alike(found)
    task = reader.options(reader.table(found, ("task",)), ("task",))
    events = reader.events(reader.table(found, ("events",)))
    given = reader.table(found, ("profiles",))
    profiles = {name: reader.profile(name, reader.table(given, ("profiles", name))) for name in given}
    reader.collector.raise_if_errors()
    if profile and profile not in profiles:
        hint = _near(profile, profiles) if profiles else f"write a table `[tool.flowdsl.profiles.{profile}]`"
        message = f"there is no profile {profile!r}"
        raise FlowError((UNKNOWN_PROFILE.finding(message, reader.settings.at("profiles"), hint=hint),))
    chosen = profiles[profile] if profile else NO_PROFILE
    made = attrs.evolve(reader.settings, task=task, profile=chosen, events=events)
    return made if task or profile or events is not NO_EVENTS else NO_SETTINGS


def _ranges(options: TaskOptions) -> Iterator[tuple[str, str, str]]:
    """Ranges whose request is more than their limit, as `value_problems` tells the others."""
    for name, text in (("cpu", options.cpu), ("memory", options.memory)):
        if turned := turned_range(text):
            said = f"{name}={text!r} requests more than its limit"
            yield name, said, f"write the smaller one first: {name} = {turned!r}"


def _near(name: str, known: Collection[str]) -> str:
    return did_you_mean(name, known, f"there is {', '.join(known)}")


@frozen
class _Reader:
    """Takes tables apart; what is wrong goes to the collector. Keys are those below `tool.flowdsl`."""

    settings: Settings
    collector: Collector

    def wrong(self, keys: Keys, message: str, hint: str) -> None:
        self.collector.add(PROJECT_SETTING.finding(message, self.settings.at(*keys), hint=hint))

    def look_alike(self, found: Table) -> None:
        """A table whose name is nearly one of ours would be passed over without a word."""
        for name in found:
            if name not in _OURS and near(name, _OURS, 0.8):
                self.wrong((name,), f"tool.flowdsl has no table {name!r}", _near(name, _OURS))

    def table(self, holder: Table, keys: Keys) -> Table:
        """The table at the last of the keys; empty where it is none."""
        found = holder.get(keys[-1], _EMPTY)
        if isinstance(found, dict):
            return found
        self.wrong(keys, f"tool.flowdsl.{'.'.join(keys)} is no table", f"write it as `[tool.flowdsl.{'.'.join(keys)}]`")
        return _EMPTY

    def known(self, table: Table, keys: Keys, names: Collection[str]) -> Table:
        """The table without keys that mean nothing."""
        for name in table:
            if name not in names:
                message = f"tool.flowdsl.{'.'.join(keys)} has no setting {name!r}"
                self.wrong((*keys, name), message, _near(name, names))
        return {name: value for name, value in table.items() if name in names}

    def typed(self, table: Table, keys: Keys, cls: type) -> dict[str, object]:
        """The values that have the types of the options of a class."""
        taken, good = hints(cls), dict[str, object]()
        for name, value in table.items():
            try:
                check(value, taken[name])
            except MisfitError as error:
                self.wrong((*keys, name), error.told(name), "see the documentation of the option")
            else:
                good[name] = tuple(value) if isinstance(value, list) else value
        return good

    def options(self, table: Table, keys: Keys) -> Options:
        """Options of tasks."""
        given = self.typed(self.known(table, keys, TASK_KEYS), keys, TaskOptions)
        options = TaskOptions(**given)  # type: ignore[arg-type]
        for name, message, hint in (*value_problems(options), *_ranges(options)):
            self.wrong((*keys, name), message, hint)
        return given

    def events(self, table: Table) -> EventSettings:
        """What holds for the events of all pipelines; `expose` has to have what it needs."""
        keys = ("events",)
        if not table:
            return NO_EVENTS
        names = [each.name for each in attrs.fields(EventSettings)]
        given = self.typed(self.known(table, keys, names), keys, EventSettings)
        made = EventSettings(**given)  # type: ignore[arg-type]
        for target in made.targets:
            if target not in EVENT_TARGETS:
                self.wrong((*keys, "targets"), f"targets has {target!r}", _near(target, EVENT_TARGETS))
        if made.provider and made.provider not in get_args(Provider):
            known = [each for each in get_args(Provider) if each]
            self.wrong((*keys, "provider"), f"there is no provider {made.provider!r}", _near(made.provider, known))
        for name, needs in (("ingress", ("host",)), ("httproute", ("host", "gateway"))):
            for each in needs if made.expose == name else ():
                if not getattr(made, each):
                    self.wrong((*keys, "expose"), f'expose = "{name}" needs {each}', f"write `{each} = ...` beside it")
        return made

    def profile(self, name: str, table: Table) -> Profile:
        """One profile."""
        keys = ("profiles", name)
        if not PROFILE_NAME.fullmatch(name):
            hint = "letters, digits, '-' and '_': it becomes a part of the names of files"
            self.wrong(keys, f"{name!r} is no name for a profile", hint)
        table = self.known(table, keys, (*_TEXTS, *_TABLES, *RUN_KEYS))
        tasks = self.table(table, (*keys, "tasks"))
        return Profile(
            name=name,
            namespace=self.text(table, (*keys, "namespace"), is_label(str(table.get("namespace"))), "a namespace"),
            prefix=self.text(
                table, (*keys, "prefix"), bool(_PREFIX.fullmatch(str(table.get("prefix")))), "a prefix of names"
            ),
            images=self.images(self.table(table, (*keys, "images")), (*keys, "images")),
            params=self.table(table, (*keys, "params")),
            run=self.run({key: value for key, value in table.items() if key in RUN_KEYS}, keys),
            task=self.options(self.table(table, (*keys, "task")), (*keys, "task")),
            tasks={
                each: self.options(self.table(tasks, (*keys, "tasks", each)), (*keys, "tasks", each)) for each in tasks
            },
        )

    def text(self, table: Table, keys: Keys, fits: bool, what: str) -> str:
        """A name that Kubernetes takes."""
        value = table.get(keys[-1])
        if value is None:
            return ""
        if not isinstance(value, str) or not fits:
            message = f"{keys[-1]}={value!r} is not {what}"
            self.wrong(keys, message, "lower-case letters, digits and '-', beginning with a letter or digit")
            return ""
        return value

    def images(self, table: Table, keys: Keys) -> Mapping[str, str]:
        """Prefixes of images."""
        good: dict[str, str] = {}
        for prefix, value in table.items():
            if not prefix or not isinstance(value, str) or not value or any(map(str.isspace, prefix + value)):
                message = f"images takes prefixes and what stands in their place, got {prefix!r} = {value!r}"
                self.wrong((*keys, prefix), message, 'write `images = { "ghcr.io/lab/" = "registry.prod/lab/" }`')
                continue
            if prefix.endswith("/") is not value.endswith("/"):
                message = f"of {prefix!r} and {value!r} one alone ends with '/'"
                self.wrong((*keys, prefix), message, "end both with '/', or neither")
            good[prefix] = value
        return good

    def run(self, table: Table, keys: Keys) -> Options:
        """Options of the run."""
        given = self.typed(table, keys, PipelineOptions)
        options = PipelineOptions(**given)  # type: ignore[arg-type]
        for name, message, hint in time_problems(options):
            self.wrong((*keys, name), message, hint)
        check_pod_options(options, self.settings.at(*keys), self.collector)
        return given
