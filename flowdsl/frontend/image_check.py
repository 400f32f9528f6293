"""Options about an image that has a task's packages: `packages_image=` and `apt=`."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from flowdsl.ir.options import Build, TaskOptions
from flowdsl.kube import is_duration

_REPOSITORY = re.compile(r"[a-z0-9][a-z0-9.-]*(?::[0-9]+)?(?:/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)+")
"""A repository with its registry: registry.example.com/ml/train."""
_BASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/:@-]*")
"""What may stand after FROM in a Dockerfile."""
_PYTHON = re.compile(r"[A-Za-z0-9._/+ -]+")
_APT = re.compile(r"[a-z0-9][a-z0-9+.-]+(?::[a-z0-9-]+)?(?:=[A-Za-z0-9][A-Za-z0-9.+:~-]*)?")
"""A package of Debian with its architecture and version, as apt-get takes it
(https://www.debian.org/doc/debian-policy/ch-controlfields.html, "Package" and "Version")."""
Wrong: TypeAlias = Callable[[str, str, str], None]


def repository_of(options: TaskOptions) -> str:
    """The repository of the image that has a task's packages; empty where there is none."""
    image = options.packages_image
    return image.repository if isinstance(image, Build) else image


def check_image_options(options: TaskOptions, wrong: Wrong) -> None:
    """Tell `wrong` the message, hint and code of what can't be."""
    if options.packages_cache and not options.packages:
        wrong("packages_cache= is given, and packages= is not", "name the packages that it is for", "FLOW002")
    if options.packages_image and not options.packages and not options.apt:
        hint = "name the packages that it is for, of Python or of Debian: apt="
        wrong("packages_image= is given, and packages= is not", hint, "FLOW002")
    if options.apt and not options.packages_image:
        hint = 'say where the image with them goes: packages_image="registry.example.com/ml/train"'
        wrong("apt= is given, and packages_image= is not", hint, "FLOW002")
    if not options.packages_image:
        return
    repository = repository_of(options)
    if not _REPOSITORY.fullmatch(repository):
        hint = "name a registry and a repository, without a tag: registry.example.com/ml/train"
        wrong(f"packages_image={repository!r} is not a repository", hint, "FLOW002")
    # What has spaces in it is told as no image at all.
    if options.image and not _BASE.fullmatch(options.image) and not re.search(r"\s", options.image):
        wrong(f"image={options.image!r} is nothing to build on", "name an image, best by its digest", "FLOW002")
    if options.python and not _PYTHON.fullmatch(options.python):
        wrong(f"python={options.python!r} is no interpreter to build with", 'name one: "python3.12"', "FLOW002")
    _check_apt(options, wrong)
    if isinstance(options.packages_image, Build):
        _check_build(options.packages_image, wrong)


def _check_apt(options: TaskOptions, wrong: Wrong) -> None:
    for each in options.apt:
        if not _APT.fullmatch(each):
            hint = 'write it as apt-get takes it: "ffmpeg", "libsndfile1=1.2.0-1"'
            wrong(f"apt={each!r} is no package of Debian", hint, "FLOW002")
    if options.apt and "alpine" in options.image.partition("@")[0]:
        hint = "take an image made of Debian or Ubuntu, such as python:3.12-slim"
        wrong(f"apt= is given, and {options.image!r} has no apt-get", hint, "FLOW002")


def _check_build(build: Build, wrong: Wrong) -> None:
    if not build.image:
        wrong("image='' of Build has no buildah", "leave it out, or name an image that has buildah and bash", "FLOW002")
    if build.credentials is not None and build.credentials.key:
        hint = f"name the Secret alone: Secret({build.credentials.name!r})"
        wrong("credentials= of Build is a key of a Secret", hint, "FLOW002")
    if build.timeout and not is_duration(build.timeout):
        wrong(f"timeout={build.timeout!r} of Build is no duration", 'write it as "30m" or "1h30m"', "FLOW014")
    if build.retries < 0:
        wrong(f"retries={build.retries} of Build", "retry 0 or more times", "FLOW014")
