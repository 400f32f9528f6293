"""Images with packages: the param that names a task's, and the task of the pipeline that builds it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from flowdsl.diagnostics import Collector
from flowdsl.ir.nodes import Node, ParamDecl, PipelineDef, ResultDecl, TaskDef
from flowdsl.ir.options import Build, TaskOptions
from flowdsl.ir.types import Kind, TypeSpec
from flowdsl.ir.volumes import EmptyDir, Secret
from flowdsl.kube.conventions import ARCHITECTURE, BUILDS, PACKAGES_IMAGE
from flowdsl.passes.names import lowered

if TYPE_CHECKING:
    from flowdsl.packages.images import Recipe

_LONGEST = 50
"""Characters of a build's name: it goes into the names of pods."""
_TEXT = TypeSpec(Kind.STRING, "str")


def in_image(task: TaskDef, recipe: Recipe, collector: Collector) -> TaskDef:
    """A task that runs in the image with its packages; FLOW076 where what that is built on may change.

    Where the pipeline builds it, a param names it: by its tag, unless the pipeline says the digest.
    """
    if not recipe.is_pinned:
        from flowdsl.compiler.rules import IMAGE_ON_A_TAG

        said = f"the image for task {task.name!r} is built on {recipe.base!r}, whose content can change under its tag"
        hint = f'name the base by its digest: image="{recipe.base}@sha256:..."'
        collector.add(IMAGE_ON_A_TAG.finding(said, task.place, hint=hint))
    build = task.options.packages_image
    if not isinstance(build, Build):
        return attrs.evolve(task, image=recipe.name)
    param = ParamDecl(PACKAGES_IMAGE, _TEXT, task.location, recipe.name, "The image that has the task's packages.")
    return attrs.evolve(
        task,
        image=f"$(params.{PACKAGES_IMAGE})",
        params=(*task.params, param),
        build=_build_task(build, recipe, task),
    )


def with_builds(pipeline: PipelineDef, collector: Collector) -> PipelineDef:
    """The pipeline with the tasks that build images, each once and before the others; as it is where none is built."""
    images = _images(pipeline, collector)
    names = _names(images, {node.name for node in pipeline.nodes})
    nodes = [_node(name, images[image]) for image, name in names.items()]
    changed = bool(nodes)
    for node in pipeline.nodes:
        made = _with_image(node, names, collector) if node.pipeline is not None or node.task.build is not None else node
        changed = changed or made is not node
        nodes.append(made)
    return attrs.evolve(pipeline, nodes=tuple(nodes)) if changed else pipeline


def _with_image(node: Node, names: Mapping[str, str], collector: Collector) -> Node:
    """A node whose task is told the image that another one has built."""
    if node.pipeline is not None:
        nested = with_builds(node.pipeline, collector)
        return node if nested is node.pipeline else attrs.evolve(node, pipeline=nested)
    if node.task.build is None:
        return node
    from flowdsl.packages.image_build import RESULT

    value = f"$(tasks.{names[_image(node.task)]}.results.{RESULT})"
    return attrs.evolve(node, arguments={**node.arguments, PACKAGES_IMAGE: value})


def _images(pipeline: PipelineDef, collector: Collector) -> dict[str, TaskDef]:
    """The images that a pipeline's own tasks run in, each with what builds it; FLOW077 where two differ in how."""
    found: dict[str, TaskDef] = {}
    for node in pipeline.nodes:
        build = node.task.build if node.pipeline is None else None
        if build is None:
            continue
        first = found.setdefault(_image(node.task), build)
        if first.options != build.options:
            collector.error(
                "FLOW077",
                f"task {node.task.name!r} has the image of another task, and its Build differs from that one's",
                node.task.place,
                hint="give both the same Build: `IMAGE = Build(...)`, then packages_image=IMAGE",
                related=(("the other", first.location),),
            )
    return found


def _image(task: TaskDef) -> str:
    """The image of a task that a pipeline builds, by its tag."""
    param = task.param(PACKAGES_IMAGE)
    assert param is not None
    return str(param.default)


def _names(images: Mapping[str, TaskDef], taken: set[str]) -> dict[str, str]:
    """The tasks' names by image: `build-train`, with the tag's first characters where that is no name for one alone."""
    counts = Counter(task.name for task in images.values())
    found = {}
    for image, task in images.items():
        alone = task.name not in taken and counts[task.name] == 1
        found[image] = task.name if alone else f"{task.name}-{image.rpartition(':')[2][:8]}"
    return found


def _node(name: str, task: TaskDef) -> Node:
    return Node(
        name=name,
        task=attrs.evolve(task, name=name),
        location=task.location,
        retries=task.options.retries,
        timeout=task.options.timeout,
        display_name=task.display_name,
    )


def _build_task(build: Build, recipe: Recipe, task: TaskDef) -> TaskDef:
    """What builds the image, on a node like the task's own."""
    from flowdsl.packages.image_build import CREDENTIALS, FOLDER, RESULT, build_script

    volumes = [EmptyDir().mount(FOLDER)]
    if build.credentials is not None:
        volumes.append(Secret(build.credentials.name).mount(CREDENTIALS))
    selector = task.options.node_selector
    return TaskDef(
        name=lowered(f"build-{recipe.repository.rpartition('/')[2]}")[:_LONGEST].rstrip("-"),
        location=task.location,
        display_name=f"Build {recipe.repository}",
        description="Builds the image that has the packages of tasks, unless the registry has it.",
        results=(ResultDecl(RESULT, _TEXT, description="The image by its digest."),),
        options=TaskOptions(
            image=build.image,
            script=build_script(recipe, storage_driver=build.storage_driver, tls_verify=build.tls_verify),
            security=build.security,
            volumes=tuple(volumes),
            cpu=build.cpu,
            memory=build.memory,
            timeout=build.timeout,
            retries=build.retries,
            node_selector={ARCHITECTURE: selector[ARCHITECTURE]} if ARCHITECTURE in selector else {},
            annotations={BUILDS: recipe.name},
            inline=True,
        ),
    )
