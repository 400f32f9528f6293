"""What a file that nobody named is meant to be, where it can't be read as a Kubernetes document or is none."""

from __future__ import annotations

import re
import shlex

from flowdsl.kinds import KINDS
from flowdsl.kinds.table import AS_CODE

_VERSION = re.compile(r"""^[\s\-{"',]*apiVersion["']?\s*:""", re.MULTILINE)
_KIND = re.compile(r"""^[\s\-{"',]*kind["']?\s*:|,\s*"kind"\s*:""", re.MULTILINE)
_TEKTON = re.compile(r"""apiVersion["']?\s*:\s*["']?(?:[\w-]+\.)*tekton\.dev/""")
_AS_CODE = f"{AS_CODE}/"


def kubernetes_text(text: str) -> bool:
    """Whether a text that can't be read has the two fields that every Kubernetes document has."""
    return bool(_VERSION.search(text) and _KIND.search(text))


def tekton_text(text: str) -> bool:
    """Whether a text speaks of a document of Tekton's."""
    return bool(_TEKTON.search(text))


def tekton_map(data: object) -> bool:
    """Whether a document that lacks its apiVersion or its kind is Tekton's all the same."""
    if not isinstance(data, dict):
        return False
    version = str(data.get("apiVersion"))
    return tekton_text(f"apiVersion: {version}") or (data.get("kind") in KINDS and "spec" in data)


def as_code_folder(file: str) -> bool:
    """Whether a file is in a folder of Pipelines-as-Code."""
    return ".tekton" in file.split("/")[:-1]


def as_code(file: str, text: str) -> bool:
    """Whether a file is a template of Pipelines-as-Code: by its folder or its annotations."""
    return as_code_folder(file) or _AS_CODE in text


def render_hint(file: str, text: str) -> str:
    """How a template is made YAML."""
    if as_code(file, text):
        return (
            'Pipelines-as-Code fills it in when an event comes: quote it ("{{ revision }}") to have the file checked '
            f"as it is, or check `tkn pac resolve -f {shlex.quote(file)} | flowdsl lint -`"
        )
    return "render it first: helm template CHART | flowdsl lint -"
