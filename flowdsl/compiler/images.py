"""Images by a profile: a prefix with another in its place, wherever a task names an image."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from flowdsl.ir.nodes import TaskDef
from flowdsl.ir.options import Build, Step

_HUB = "docker.io/"
_LIBRARY = "docker.io/library/"
"""What a container engine reads a short name as: https://docs.docker.com/reference/cli/docker/image/tag/."""


def rewritten(image: str, prefixes: Mapping[str, str]) -> str:
    """The image with the longest prefix that it begins with replaced; a short name counts as the one it stands for.

    A prefix ends where a part of the name does: `ghcr.io/lab` is no prefix of `ghcr.io/labs/x`.
    """
    for written in (image, _whole(image)):
        fitting = [each for each in prefixes if _begins(written, each)]
        if fitting:
            longest = max(fitting, key=len)
            return prefixes[longest] + written[len(longest) :]
    return image


def _begins(image: str, prefix: str) -> bool:
    rest = image[len(prefix) :]
    return image.startswith(prefix) and (prefix.endswith("/") or rest[:1] in ("", "/", ":", "@"))


def _whole(image: str) -> str:
    first, slash, _ = image.partition("/")
    if not image or "$(" in image or (slash and ("." in first or ":" in first or first == "localhost")):
        return image
    return f"{_HUB if slash else _LIBRARY}{image}"


def rewritten_task(task: TaskDef, prefixes: Mapping[str, str]) -> TaskDef:
    """A task whose steps, sidecars and template have the images of the profile."""
    options = task.options
    if not prefixes or task.reference is not None:
        return task
    template = options.step_template
    if template is not None:
        template = attrs.evolve(template, image=rewritten(template.image, prefixes))
    return attrs.evolve(
        task,
        options=attrs.evolve(
            options,
            image=rewritten(options.image, prefixes),
            packages_image=_repository(options.packages_image, prefixes),
            step_template=template,
            steps=tuple(
                attrs.evolve(each, image=rewritten(each.image, prefixes)) if isinstance(each, Step) else each
                for each in options.steps
            ),
            sidecars=tuple(attrs.evolve(each, image=rewritten(each.image, prefixes)) for each in options.sidecars),
        ),
    )


def _repository(given: str | Build, prefixes: Mapping[str, str]) -> str | Build:
    if isinstance(given, str):
        return rewritten(given, prefixes)
    repository, image = rewritten(given.repository, prefixes), rewritten(given.image, prefixes)
    return attrs.evolve(given, repository=repository, image=image)
