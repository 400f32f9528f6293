"""Build the model's image from the checked-out source: the task `build-image`."""

from __future__ import annotations

from typing import NamedTuple

from flowdsl import EmptyDir, Workspace, task

# The parameters are in the environment (PARAM_*), so none of their text is ever read as shell.
BUILD = r"""#!/usr/bin/env bash
set -euo pipefail
cd -- "${PARAM_SOURCE}"

root=/var/lib/containers/storage
if [ "${PARAM_CACHE_BOUND}" = true ]; then
  root="${PARAM_CACHE}/${PARAM_STORAGE_DRIVER}"
  mkdir -p -- "${root}"
  chmod 00700 -- "${root}" # without the volume's setgid bit, which would reach into the layers
  used=$(du -sx --block-size=1G -- "${root}" | cut -f1)
  if [ "${used}" -gt "${PARAM_CACHE_LIMIT_GIB}" ]; then
    echo "the layer cache holds ${used} GiB, more than ${PARAM_CACHE_LIMIT_GIB}: starting it anew"
    rm -rf -- "${root:?}"
    mkdir -p -m 0700 -- "${root}"
  fi
fi
if [ "${PARAM_REGISTRY_BOUND}" = true ]; then
  for name in config.json .dockerconfigjson; do
    if [ -f "${PARAM_REGISTRY}/${name}" ]; then export REGISTRY_AUTH_FILE="${PARAM_REGISTRY}/${name}"; fi
  done
fi

storage=(--root "${root}" --runroot /tmp/containers --storage-driver "${PARAM_STORAGE_DRIVER}")
arguments=()
for argument in "$@"; do arguments+=(--build-arg "${argument}"); done

buildah "${storage[@]}" build --layers --tls-verify="${PARAM_TLS_VERIFY}" \
  --label "org.opencontainers.image.revision=${PARAM_REVISION}" \
  "${arguments[@]}" --file "${PARAM_DOCKERFILE}" --tag "${PARAM_IMAGE}" -- "${PARAM_CONTEXT}"
buildah "${storage[@]}" push --tls-verify="${PARAM_TLS_VERIFY}" --digestfile /tmp/digest \
  "${PARAM_IMAGE}" "docker://${PARAM_IMAGE}"

digest=$(cat /tmp/digest)
name="${PARAM_IMAGE}"
case "${name##*/}" in *:*) name="${name%:*}" ;; esac # the tag; a colon further left is the registry's port
printf '%s' "${name}@${digest}" >"${RESULT_IMAGE}"
printf '%s' "${digest}" >"${RESULT_DIGEST}"
echo "pushed ${name}@${digest}"
"""


class Built(NamedTuple):
    """The pushed image by its digest (`name@sha256:...`), and the digest alone."""

    image: str
    digest: str


# Why not the catalog's buildah (0.9)? Its layers live in an emptyDir, so that each run would build the CUDA layers
# anew, and its extra arguments are split by the shell. Why privileged? Overlay mounts: without them (storage driver
# `vfs`) every layer is a full copy, and a GPU image of 20 layers takes 20 times its size. The catalog's task is
# privileged for the same reason. It is the only step of the pipeline that is.
@task(
    image="quay.io/buildah/stable:v1.43.0",
    cpu="2..4",
    memory="4Gi..8Gi",
    timeout="1h",
    security="privileged",
    script=BUILD,
    args=["$(params.build_args[*])"],
    volumes=[EmptyDir().mount("/var/lib/containers")],
)
def build_image(
    image: str,
    revision: str = "",
    context: str = ".",
    dockerfile: str = "Dockerfile",
    *,
    build_args: list[str] = [],  # noqa: B006 - never changed: it declares the default of an array parameter
    storage_driver: str = "overlay",
    tls_verify: bool = True,
    cache_limit_gib: int = 60,
    cache: Workspace = Workspace(optional=True),
    registry: Workspace = Workspace(optional=True, read_only=True),
    source: Workspace = Workspace(),
) -> Built:
    """Build the model image and push it.

    `cache` keeps the layers between runs: only what changed is built again. `registry` is a Secret of the type
    kubernetes.io/dockerconfigjson. Needs a volume that overlay can lie on (ext4, xfs: not NFS).
    """
    raise NotImplementedError
