"""All providers by name."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from flowdsl.events.bitbucket import BITBUCKET
from flowdsl.events.bitbucket_server import BITBUCKET_SERVER
from flowdsl.events.gitea import GITEA
from flowdsl.events.github import GITHUB
from flowdsl.events.gitlab import GITLAB
from flowdsl.events.provider import Provider

PROVIDERS: Mapping[str, Provider] = MappingProxyType(
    {each.name: each for each in (GITHUB, GITLAB, BITBUCKET, BITBUCKET_SERVER, GITEA)} | {"forgejo": GITEA}
)
