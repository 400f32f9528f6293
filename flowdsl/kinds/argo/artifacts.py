"""Where a trigger reads the object that it creates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.kinds.argo.shared import S3Artifact
from flowdsl.kinds.base import Model
from flowdsl.kinds.containers import ConfigMapKeySelector, SecretKeySelector
from flowdsl.kinds.later import later

if TYPE_CHECKING:
    from flowdsl.kinds.argo.providers import GithubAppCreds
else:
    later(globals(), "flowdsl.kinds.argo.providers", "GithubAppCreds")


class FileArtifact(Model):
    """Argo Events' `FileArtifact`."""

    path: str | None = None


class URLArtifact(Model):
    """Argo Events' `URLArtifact`."""

    path: str | None = None
    verifyCert: bool | None = None


class GitCreds(Model):
    """Argo Events' `GitCreds`."""

    username: SecretKeySelector | None = None
    password: SecretKeySelector | None = None


class GitRemoteConfig(Model):
    """Argo Events' `GitRemoteConfig`."""

    name: str | None = None
    urls: list[str] | None = None


class GitArtifact(Model):
    """Argo Events' `GitArtifact`."""

    url: str | None = None
    cloneDirectory: str | None = None
    creds: GitCreds | None = None
    sshKeySecret: SecretKeySelector | None = None
    filePath: str | None = None
    branch: str | None = None
    tag: str | None = None
    ref: str | None = None
    remote: GitRemoteConfig | None = None
    insecureIgnoreHostKey: bool | None = None
    githubApp: GithubAppCreds | None = None


class ArtifactLocation(Model):
    """Argo Events' `ArtifactLocation`."""

    s3: S3Artifact | None = None
    inline: str | None = None
    file: FileArtifact | None = None
    url: URLArtifact | None = None
    configmap: ConfigMapKeySelector | None = None
    git: GitArtifact | None = None
    resource: object | None = None
