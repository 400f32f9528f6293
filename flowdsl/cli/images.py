"""`images`: what is built and pushed, and what is said of it."""

from __future__ import annotations

import os

from flowdsl.cli.say import give, say
from flowdsl.diagnostics import escape
from flowdsl.diagnostics.errors import EXIT_OK
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline


def list_images(target: Pipeline | Manifest, *, profile: str, output: str) -> int:
    """Print the images of a file's tasks. Raises FlowError."""
    from flowdsl.library.imaging import recipes_of

    recipes = recipes_of(target, profile)
    if output == "json":
        images = [
            {"name": each.name, "dockerfile": each.dockerfile, "requirements": each.requirements} for each in recipes
        ]
        give(escape.json_text({"images": images}, indent=2), nl=True)
        return EXIT_OK
    for each in recipes:
        say(f"{each.name}\n\n{each.dockerfile}")
    if not recipes:
        _nothing()
    return EXIT_OK


def build_images(target: Pipeline | Manifest, *, profile: str, engine: str, push: bool) -> int:
    """Build and push the images of a file's tasks. Raises FlowError, UsageError with what the engine said."""
    from flowdsl.library.imaging import build_image, find_engine, push_image, recipes_of

    recipes = recipes_of(target, profile)
    if not recipes:
        _nothing()
        return EXIT_OK
    program = find_engine(engine, os.environ)

    def tell(text: str) -> None:
        say(text, err=True)

    for each in recipes:
        if not build_image(each, program, os.environ, tell):
            say(f"{each.name} is there", err=True)
        if push:
            push_image(each, program, os.environ, tell)
    return EXIT_OK


def _nothing() -> None:
    say("no task has packages_image=: there is nothing to build", err=True)
