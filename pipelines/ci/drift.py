"""Every night: is what the cluster has what Git says? A run that fails says what differs, and who changed it.

flowdsl rbac -n ml --service-account drift-reader --read-only | kubectl apply -f -
python pipelines/ci/drift.py compile --events cron --namespace ml -o - | kubectl apply -f -
"""

from __future__ import annotations

from flowdsl import Workspace, hub, pipeline, schedule, task, task_ref, workspace_of

# The pod's own account asks the cluster; it may read, and nothing else.
COMPARE = r"""#!/usr/bin/env bash
set -euo pipefail
export HOME=/tmp
python -m pip install --quiet --disable-pip-version-check "flowdsl[cluster]${PARAM_VERSION}"
cd -- "${PARAM_SOURCE}"
different=0
while IFS= read -r file; do
  [ -n "${file}" ] || continue
  code=0
  flowdsl diff --live --namespace "${PARAM_NAMESPACE}" --fail-on behavioural -- "${file}" || code=$?
  # 1: it differs. Anything else is no answer.
  [ "${code}" -le 1 ] || exit "${code}"
  different=$((different | code))
done <<<"${PARAM_FILES}"
exit "${different}"
"""


@task_ref(hub("git-clone", catalog="git-clone", version="1.7.0"), retries=2, timeout="10m")
def git_clone(url: str, revision: str, output: Workspace = Workspace.auto()) -> str:
    """The catalog's task."""
    raise NotImplementedError


@task(image="python:3.12", cpu="500m..1", memory="256Mi..1Gi", timeout="15m", script=COMPARE)
def compare(files: str, namespace: str, version: str, source: Workspace) -> None:
    """What the cluster has under the names of each file's documents, against the file."""


@pipeline(timeout="30m", service_account="drift-reader", on=[schedule("15 3 * * *", overlap="forbid")])
def drift(
    git_url: str = "https://git.example.com/team/models",
    revision: str = "main",
    files: str = "pipelines/sonic.yaml",
    namespace: str = "ml",
    version: str = "",
) -> None:
    """Compare a namespace with Git; the run fails where they differ.

    `files` are YAML or pipelines' Python files, one a line. `version` pins flowdsl: ==0.1.0.
    """
    checkout = git_clone(url=git_url, revision=revision)
    compare(files=files, namespace=namespace, version=version, source=workspace_of(checkout, "output"))


if __name__ == "__main__":
    drift.cli()
