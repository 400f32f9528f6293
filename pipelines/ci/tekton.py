"""The pull request's job as a Tekton pipeline: clone with history, then `flowdsl ci` as on GitHub and GitLab.

A trigger starts it with the event's values; the forge's token is a key of a Secret, and never a param.
"""

from __future__ import annotations

from flowdsl import Secret, Workspace, hub, pipeline, task, task_ref, workspace_of

# Params come as variables (PARAM_*): no text of an event is read as shell. The token is a file until the last moment.
REVIEW = r"""#!/usr/bin/env bash
set -euo pipefail
export HOME=/tmp
python -m pip install --quiet --disable-pip-version-check "flowdsl${PARAM_VERSION}"
cd -- "${PARAM_SOURCE}"
git config --global --add safe.directory "${PARAM_SOURCE}"
git fetch --quiet origin "+refs/heads/${PARAM_TARGET}:refs/remotes/origin/${PARAM_TARGET}"
export GITHUB_API_URL="${PARAM_API_URL}" GITHUB_REPOSITORY="${PARAM_REPOSITORY}"
export GITHUB_REF="refs/pull/${PARAM_NUMBER}/head"
GITHUB_TOKEN="$(cat -- "${PARAM_TOKEN}/token")"
export GITHUB_TOKEN
flowdsl ci --base "origin/${PARAM_TARGET}" --fail-on "${PARAM_FAIL_ON}" --comment github -- "${PARAM_FOLDER}"
"""


@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), retries=2, timeout="10m")
def git_clone(url: str, revision: str, depth: str, output: Workspace = Workspace.auto()) -> str:
    """The catalog's task; depth 0 is the whole history."""
    raise NotImplementedError


@task(image="python:3.12", cpu="500m..1", memory="512Mi..1Gi", timeout="15m", script=REVIEW)
def review(
    repository: str,
    number: str,
    target: str,
    folder: str,
    fail_on: str,
    api_url: str,
    version: str,
    source: Workspace,
    token: Workspace,
) -> None:
    """Compile, lint, compare with the target branch, and comment on the pull request."""


@pipeline(timeout="30m")
def review_pipelines(
    git_url: str,
    repository: str,
    number: str,
    revision: str,
    target: str = "main",
    folder: str = "pipelines/",
    fail_on: str = "breaking",
    api_url: str = "https://api.github.com",
    version: str = "",
    token: Workspace = Secret("forge-token"),
) -> None:
    """Review a pull request's pipelines.

    `repository` is owner/name; `number` and `revision` are the pull request's. The Secret forge-token has the
    key token. `version` pins flowdsl: ==0.1.0.
    """
    checkout = git_clone(url=git_url, revision=revision, depth="0")
    review(
        repository=repository,
        number=number,
        target=target,
        folder=folder,
        fail_on=fail_on,
        api_url=api_url,
        version=version,
        source=workspace_of(checkout, "output"),
        token=token,
    )


if __name__ == "__main__":
    review_pipelines.cli()
