"""What a project says in pyproject.toml of its tasks, and of one place: `[tool.flowdsl.task]` and a profile.

Values are checked where they are read; here they have the types of the options they stand for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

import attrs

from flowdsl.diagnostics import Location
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.toml_lines import line_of
from flowdsl.ir.types import NOTHING
from flowdsl.ir.volumes import texts

Options = Mapping[str, object]
"""Options of `@task` or `@pipeline` by name, those alone that are given."""


@frozen(kw_only=True)
class Profile:
    """`[tool.flowdsl.profiles.NAME]`; without a name nothing is different from the code.

    `images` are prefixes, each with what stands in its place, `params` values of the run, `run` options of
    `@pipeline`. `task` has options for tasks that say nothing else, `tasks` those that go over what tasks say, by name
    or pattern.
    """

    name: str = ""
    namespace: str = ""
    prefix: str = ""
    images: Mapping[str, str] = NOTHING
    params: Options = NOTHING
    run: Options = NOTHING
    task: Options = NOTHING
    tasks: Mapping[str, Options] = NOTHING


NO_PROFILE = Profile()


@frozen(kw_only=True)
class EventSettings:
    """`[tool.flowdsl.events]`: what is emitted for `on=[...]`, and what holds for the events of all pipelines.

    `expose` says how the listener is reached from outside, under `host`: an Ingress of `ingress_class` whose
    certificate is in the Secret `tls_secret`, or an HTTPRoute of the Gateway `gateway` (`namespace/name`), which has
    its own. `listener_tls` is the Secret with which what listens speaks TLS itself. `secret` and `token` are names of
    Secrets, with a key behind a slash: `"webhooks/secret"`. `image` is what the programs of ours run in; it has Python.
    `repositories` are those that Argo Events' source of Git's events names: `team/model`.
    """

    targets: tuple[str, ...] = attrs.field(default=(), converter=texts)
    provider: str = ""
    secret: str = ""
    token: str = ""
    expose: Literal["", "ingress", "httproute"] = ""
    host: str = ""
    ingress_class: str = ""
    tls_secret: str = ""
    gateway: str = ""
    listener_tls: str = ""
    image: str = "python:3.12-slim"
    repositories: tuple[str, ...] = attrs.field(default=(), converter=texts)


EventTarget = Literal["triggers", "cron", "pac", "argo"]
"""What `--events` and `targets` name."""
EVENT_TARGETS: tuple[EventTarget, ...] = get_args(EventTarget)
NO_EVENTS = EventSettings()


@frozen(kw_only=True)
class Settings:
    """The tables that hold for a compile. `file` and `text` are those of the pyproject.toml."""

    task: Options = NOTHING
    profile: Profile = NO_PROFILE
    events: EventSettings = NO_EVENTS
    file: str = ""
    text: str = attrs.field(default="", repr=False)

    def __bool__(self) -> bool:
        """Whether they change anything."""
        return bool(self.task) or self.profile is not NO_PROFILE or self.events is not NO_EVENTS

    def without_images(self) -> Settings:
        """The same, with images as they are."""
        return attrs.evolve(self, profile=attrs.evolve(self.profile, images=NOTHING))

    def at(self, *keys: str) -> Location:
        """Where a key below `tool.flowdsl` stands."""
        return Location(self.file, line_of(self.text, ("tool", "flowdsl", *keys)))

    def in_profile(self, *keys: str) -> Location:
        """Where a key of the profile stands."""
        return self.at("profiles", self.profile.name, *keys)


NO_SETTINGS = Settings()
