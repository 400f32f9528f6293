"""Which references have a local equivalent, and the TaskSpecs."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from flowdsl.kube.conventions import HOME_PATH

if TYPE_CHECKING:
    from flowdsl.kinds import shapes

_PROGRAMS = Path(__file__).with_name("programs")
_OURS = "from flowdsl.runner.removal import "
_REMOVAL = Path(__file__).parents[1] / "removal.py"
# Resolvers' params that may name the task, in the order asked.
_NAMING = ("name", "pathInRepo", "url", "bundle")

GIT_CLONE_RESULTS = {"commit": "", "url": "", "committer-date": ""}
GIT_CLONE_PARAMS = {
    "url": "",
    "revision": "",
    "refspec": "",
    "submodules": "true",
    "depth": "1",
    "sslVerify": "true",
    "crtFileName": "ca-bundle.crt",
    "subdirectory": "",
    "sparseCheckoutDirectories": "",
    "deleteExisting": "true",
    "httpProxy": "",
    "httpsProxy": "",
    "noProxy": "",
    "verbose": "true",
    "gitInitImage": "",
    "userHome": "",
}
BUILDAH_PARAMS = {
    "IMAGE": "",
    "BUILDER_IMAGE": "",
    "STORAGE_DRIVER": "vfs",
    "DOCKERFILE": "./Dockerfile",
    "CONTEXT": ".",
    "TLSVERIFY": "true",
    "TLS_VERIFY": "true",
    "FORMAT": "oci",
    "BUILD_EXTRA_ARGS": "",
    "PUSH_EXTRA_ARGS": "",
    "SKIP_PUSH": "false",
    "VERBOSE": "false",
}


def task_names(reference: shapes.TaskRef) -> list[str]:
    """What a taskRef may mean: its own name, or what its resolver's params say."""
    names = [str(reference["name"])] if reference.get("name") else []
    given = {one["name"]: one.get("value") for one in reference.get("params") or ()}
    for key in _NAMING:
        value = given.get(key)
        if isinstance(value, str) and value:
            last = posixpath.basename(value.rstrip("/"))
            names.append(last.partition("@")[0].partition(":")[0].removesuffix(".yaml").removesuffix(".yml"))
    return names


def equivalent(reference: shapes.TaskRef) -> shapes.TaskSpec | None:
    """The TaskSpec that stands for a `taskRef` here, None where there is none.

    `reference` is a taskRef as in a Pipeline: with `name`, or with `resolver` and its `params` (hub, git, bundles,
    cluster, http); any version is served by the same equivalent. Params are taken in each spelling that the catalogues
    have used. What comes back is a fresh dict, of `tekton.dev/v1`, ready for a TaskRun's `taskSpec`.
    """
    for name in task_names(reference):
        made = KNOWN.get(name)
        if made is not None:
            return made()
    return None


def _params(defaults: Mapping[str, str], spellings: Callable[[str], set[str]]) -> list[shapes.ParamSpec]:
    return [
        {"name": spelling, "type": "string", "default": default if spelling == name else ""}
        for name, default in defaults.items()
        for spelling in sorted(spellings(name))
    ]


def _upper(name: str) -> str:
    """sslVerify as SSL_VERIFY: git-clone has been published with either."""
    return "".join(f"_{sign}" if sign.isupper() else sign.upper() for sign in name)


def _step(name: str, program: str, arguments: list[str]) -> shapes.Step:
    script = _carried((_PROGRAMS / program).read_text(encoding="utf-8"))
    return {"name": name, "image": "local", "script": f"#!/usr/bin/env python3\n{script}", "args": arguments}


def _carried(script: str) -> str:
    """A program with what it imports of ours in it: the Python that runs a step may have none of our packages."""
    before, found, after = script.partition(_OURS)
    if not found:
        return script
    _, _, after = after.partition("\n")
    future = "from __future__ import annotations\n"
    return future + (before + _REMOVAL.read_text(encoding="utf-8") + after).replace(future, "")


def _passed(names: list[str]) -> list[str]:
    return [f"{name}=$(params.{name})" for name in names]


def _workspace(name: str) -> str:
    return f"workspace.{name}=$(workspaces.{name}.path)"


def _optional(names: Iterable[str]) -> list[shapes.WorkspaceDeclaration]:
    return [{"name": name, "optional": True} for name in names]


def git_clone() -> shapes.TaskSpec:
    """git-clone: fetches a revision with git; file, https and ssh URLs."""
    optional = ("ssh-directory", "basic-auth", "ssl-ca-directory")
    params = _params(GIT_CLONE_PARAMS, lambda name: {name, _upper(name)})
    results = [name for one in GIT_CLONE_RESULTS for name in (one, one.upper().replace("-", "_"))]
    arguments = [
        *_passed([one["name"] for one in params]),
        *(_workspace(name) for name in ("output", *optional)),
        *(f"result.{name}=$(results.{name}.path)" for name in results),
    ]
    clone: shapes.Step = {
        **_step("clone", "git_clone.py", arguments),
        "env": [{"name": "GIT_TERMINAL_PROMPT", "value": "0"}],
    }
    return {
        "description": "git-clone, on this machine: with its git.",
        "params": params,
        "workspaces": [{"name": "output"}, *_optional(optional)],
        "results": [{"name": name, "type": "string"} for name in results],
        "steps": [clone],
    }


def buildah() -> shapes.TaskSpec:
    """buildah: the real one where it is installed, else an image of what the Dockerfile copies."""
    optional = ("sslcertdir", "dockerconfig", "rhel-entitlement")
    params = _params(BUILDAH_PARAMS, lambda name: {name})
    arguments = [
        *_passed([one["name"] for one in params]),
        *(_workspace(name) for name in ("source", *optional)),
        *(f"result.{name}=$(results.{name}.path)" for name in ("IMAGE_DIGEST", "IMAGE_URL")),
        "--",
        "$(params.BUILD_ARGS[*])",
    ]
    return {
        "description": "buildah, on this machine.",
        "params": [*params, {"name": "BUILD_ARGS", "type": "array", "default": []}],
        "workspaces": [{"name": "source"}, *_optional(optional)],
        "results": [{"name": name, "type": "string"} for name in ("IMAGE_DIGEST", "IMAGE_URL")],
        "steps": [_step("build-and-push", "buildah.py", arguments)],
    }


def aws_cli() -> shapes.TaskSpec:
    """aws-cli: the script as given; where there is no aws, one made of boto3 copies to and from S3."""
    return {
        "description": "aws-cli, on this machine: its own aws, or boto3 for `aws s3`.",
        "params": [
            {"name": "SCRIPT", "type": "string", "default": 'aws "$@"'},
            {"name": "ARGS", "type": "array", "default": ["help"]},
        ],
        "workspaces": [
            {"name": "source", "optional": True},
            {"name": "secrets", "optional": True, "mountPath": f"{HOME_PATH}/.aws"},
        ],
        "steps": [
            _step("awscli", "aws_cli.py", ["$(workspaces.source.path)", "$(params.SCRIPT)", "$(params.ARGS[*])"]),
        ],
    }


# By the catalogues' names.
KNOWN: Mapping[str, Callable[[], shapes.TaskSpec]] = {
    "git-clone": git_clone,
    "git-clone-task": git_clone,
    "buildah": buildah,
    "buildah-ns": buildah,
    "aws-cli": aws_cli,
}
