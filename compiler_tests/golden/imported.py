"""Imported from Tekton YAML."""

from typing import Annotated, NamedTuple, TypedDict

from flowdsl import (
    PVC,
    Param,
    Result,
    Secret,
    Sidecar,
    Step,
    StepTemplate,
    VolumeClaim,
    Workspace,
    cluster,
    condition,
    context,
    hub,
    manifest,
    named,
    on_finish,
    pipeline,
    pipeline_run,
    raw,
    status,
    step_action,
    task,
    task_ref,
    task_run,
    when,
)


# Not Tekton's own.
settings = raw(
    {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": "settings"},
        "data": {"level": "3"},
    },
)


BuildImageOptions = TypedDict("BuildImageOptions", {"target": str, "build-arg": str})


class BuildImage(NamedTuple):
    IMAGE_DIGEST: Annotated[str, Result(description="Digest of the image")]
    count_: Annotated[list[str], Result(name="count")]


BUILD_IMAGE_DIGEST_SCRIPT = """\
#!/bin/sh
set -e
# not a comment of the YAML
echo -n "sha\\t" > "$(results.IMAGE_DIGEST.path)"
"""


# Builds and releases the web service.
@task(
    verbatim=True,
    labels={"team": "web"},
    annotations={"tekton.dev/displayName": "build"},
    steps=[
        # Kaniko needs no daemon.
        Step(
            name="build",
            image="gcr.io/kaniko-project/executor:v1.23.0",
            args=["--dockerfile=$(params.docker-file)", "$(params.class[*])"],
            security={"runAsUser": 0},
            env={
                "TOKEN": Secret("registry", "token"),
                "NODE": {"fieldRef": {"fieldPath": "spec.nodeName"}},
            },
            cpu="500m..",
            memory="1Gi..2Gi",
            extra={"volumeMounts": [{"name": "scratch", "mountPath": "/scratch"}]},
        ),
        Step(
            name="digest",
            image="alpine:3.20",
            script=BUILD_IMAGE_DIGEST_SCRIPT,
            on_error="continue",
        ),
    ],
    step_template=StepTemplate(env={"HOME": "/tekton/home"}),
    sidecars=[Sidecar(name="registry", image="registry:2.8")],
    volumes=[{"name": "scratch", "emptyDir": {}}],
)
def build_image(
    # with registry and tag
    image: Annotated[str, Param(description="The image to build")],
    # Where the Dockerfile is.
    docker_file: Annotated[str, Param(name="docker-file")] = "./Dockerfile",
    class_: Annotated[list[str], Param(name="class")] = [],
    options: BuildImageOptions = {"target": "release", "build-arg": ""},
    source: Workspace = Workspace(description="The sources", mount_path="/src"),
    cache: Workspace = Workspace(read_only=True, optional=True),
) -> BuildImage:
    """Build an image and push it.

    Runs without a daemon.
    """
    raise NotImplementedError


@step_action(image="alpine:3.20", env={"WHO": "$(params.who)"}, script='echo "$WHO"')
def greet(who: str) -> None: ...


@task(
    verbatim=True,
    inline=True,
    labels={"kind": "scan"},
    steps=[Step(image="aquasec/trivy:0.55.0", args=["image", "$(params.digest)"])],
)
def scan(digest: str) -> None: ...


class GitClone(NamedTuple):
    commit: str
    branch: str


@task_ref(hub("git-clone", version="0.9", type_=""))
def git_clone(url: str, output: Workspace) -> GitClone:
    raise NotImplementedError


@task_ref(named("push"))
def push(
    tag: str,
    digest: str,
    shared_data: Workspace = Workspace(name="shared-data"),
) -> None: ...


@task_ref(cluster("slack", namespace="shared", kind=""))
def slack(message: str) -> None: ...


# Clone, build, release.
@pipeline(
    verbatim=True,
    display_name="Release",
    task_order=["scan", "fetch", "build", "push"],
)
def release(
    *,
    repo: Annotated[str, Param(description="What to build")],
    tags: list[str] = ["latest"],
    build: str = "1",
    shared_data: Workspace,
    registry_login: Workspace = Workspace(name="registry_login", optional=True),
) -> dict[str, object]:
    fetch = git_clone.with_options(name="fetch")(url=repo, output=shared_data)
    with when(fetch.branch == "main", condition(build, "notin", ["0", "no"])):
        build_task = build_image.with_options(name="build", retries=2, timeout="30m")(
            image=f"registry.example.com/{{web}}:{build}-{fetch.commit}",
            class_=tags,
            source=shared_data.sub_path("src"),
        )
    # Listed first, runs last: order in YAML says nothing.
    scan.with_options(after=[build_task])(digest=build_task.IMAGE_DIGEST)
    # Tekton takes the pipeline's workspace of the same name
    push.with_options(extra={"workspaces": [{"name": "shared-data"}]}).map(
        digest=build_task.IMAGE_DIGEST,
        tag=tags,
        include=[{"name": "nightly", "tag": "nightly"}],
    )
    with on_finish():
        slack.with_options(name="notify")(
            message=f"build of {context.pipeline_run.name}: {status(build_task)}",
        )
    return {
        "digest": Result(build_task.IMAGE_DIGEST, description="What was pushed"),
        "first": build_task.count_[0],
    }


release_run = pipeline_run(
    release,
    generate_name="release-",
    service_account="builder",
    timeout="2h",
    finally_timeout="10m",
    params={"repo": "https://example.com/web.git", "tags": ["a", "b"]},
    workspaces={"shared-data": VolumeClaim("1Gi")},
)


try_build_run = task_run(
    build_image,
    name="try-build",
    params={"image": "example.com/web"},
    workspaces={"source": PVC("data", sub_path="web")},
)


documents = manifest(build_image, release, greet, release_run, try_build_run, settings)

if __name__ == "__main__":
    documents.cli()
