"""A new project that compiles, tests and runs at once. Nothing that is there is overwritten."""

from __future__ import annotations

import ast
import builtins
import importlib.resources
import keyword
import re
from pathlib import Path

import attrs

from flowdsl.diagnostics import UsageError
from flowdsl.emit import emit_yaml, write_files
from flowdsl.kube.words import word

# Where each template goes; @MODULE@ is the pipeline's name in Python.
FOLDER = word("pipelines")
_HELPERS = "helpers"
_FILES = {
    "pyproject.toml.txt": "pyproject.toml",
    "README.md.txt": "README.md",
    "gitignore.txt": ".gitignore",
    "pre-commit-config.yaml.txt": ".pre-commit-config.yaml",
    "github.yml.txt": ".github/workflows/pipelines.yml",
    "pipeline.py.txt": f"{FOLDER}/@MODULE@.py",
    "helpers.py.txt": f"{FOLDER}/{_HELPERS}.py",
    "test_pipeline.py.txt": "tests/test_@MODULE@.py",
}


@attrs.frozen
class NewProject:
    """What was written: the files, and the pipeline's module among them."""

    folder: Path
    module: str
    files: tuple[Path, ...]


def new_project(folder: str, name: str | None) -> NewProject:
    """Write a project. Raises UsageError for a name that can't be, or where a file of it is there already."""
    root = Path(folder)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{folder} is a file")
    project = _project_name(name or root.resolve().name, given=name is not None)
    module = project.replace("-", "_")
    if module in {FOLDER, _HELPERS, *_names_in(_template("pipeline.py.txt"))}:
        raise UsageError(
            f"{module!r} can't be the pipeline's name: its module uses that name itself; pass another --name"
        )
    files = {root / _filled(path, project, module): template for template, path in _FILES.items()}
    compiled = root / FOLDER / f"{module}.yaml"
    there = sorted(str(path) for path in (*files, compiled) if path.exists() or path.is_symlink())
    if there:
        raise UsageError(f"there already: {', '.join(there)}; nothing was written")
    write_files({path: _filled(_template(template), project, module).encode() for path, template in files.items()})
    write_files({compiled: _compiled(root / FOLDER / f"{module}.py")})
    return NewProject(root, module, (*files, compiled))


def _project_name(text: str, *, given: bool) -> str:
    """A name that pip, Python and Kubernetes all take. A folder's is bent to be one; a given one must be."""
    name = text if given else re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if not re.fullmatch(r"[a-z]([-a-z0-9]{0,38}[a-z0-9])?", name) or keyword.iskeyword(name.replace("-", "_")):
        hint = "lower-case letters, digits and dashes, a letter first, at most 40 characters"
        raise UsageError(f"{text!r} can't be a project's name: {hint}" + ("" if given else "; pass --name"))
    return name


def _names_in(template: str) -> set[str]:
    """The names of its module, and builtins, that the template uses: the pipeline's own would hide them."""
    tree = ast.parse(_filled(template, "name", "name_of_the_module"))
    bound = {alias.asname or alias.name for node in ast.walk(tree) for alias in getattr(node, "names", ())}
    bound |= {node.name for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))}
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return bound | (used & set(dir(builtins)))


def _template(name: str) -> str:
    return (importlib.resources.files("flowdsl.library") / "templates" / name).read_text(encoding="utf-8")


def _filled(text: str, project: str, module: str) -> str:
    return text.replace("@NAME@", project).replace("@MODULE@", module)


def _compiled(file: Path) -> bytes:
    from flowdsl.compiler import CompileOptions
    from flowdsl.library.compiling import compile_target
    from flowdsl.library.loading import load_pipeline

    return emit_yaml(list(compile_target(load_pipeline(str(file)), CompileOptions()).documents))
