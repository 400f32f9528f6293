"""Resolving with uv: `uv pip compile --format pylock.toml`, which names the files of one target."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from flowdsl.packages.lockfile import Pin
from flowdsl.packages.targets import Target, this_machine
from flowdsl.packages.tools import Tool, ToolError

_MADE = "pylock.toml"
_LIBC = {"linux": "manylinux_2_28", "musllinux": "unknown-linux-musl"}
_FROM_PIP = {
    "PIP_INDEX_URL": "UV_DEFAULT_INDEX",
    "PIP_EXTRA_INDEX_URL": "UV_INDEX",
    "PIP_FIND_LINKS": "UV_FIND_LINKS",
    "PIP_CERT": "SSL_CERT_FILE",
}
"""uv doesn't read pip's variables. Who has set them means them, where uv has none of its own."""
_OLDER = {"UV_DEFAULT_INDEX": "UV_INDEX_URL", "UV_INDEX": "UV_EXTRA_INDEX_URL"}


def resolve(
    requirements: Sequence[str], constraints: Sequence[str], target: Target, tool: Tool, environ: Mapping[str, str]
) -> list[Pin]:
    """The pins of all that the requirements need on the target. Raises ToolError."""
    from flowdsl.diagnostics import toml

    with tempfile.TemporaryDirectory(prefix="flowdsl-lock-") as name:
        folder = Path(name)
        (folder / "constraints.txt").write_text("".join(f"{each}\n" for each in constraints), encoding="utf-8")
        given = "".join(f"{each}\n" for each in requirements)
        project = ["--project", tool.project] if tool.project else []
        tool.run([*_arguments(folder, target), *project, *uv_options(environ)], uv_environment(environ), stdin=given)
        made = (folder / _MADE).read_text(encoding="utf-8")
    table: dict[str, object] = toml.loads(made)
    return [_pin(each) for each in _tables(table.get("packages", []))]


def uv_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables for uv: pip's index where none is set for uv itself."""
    made = dict(environ)
    for theirs, ours in _FROM_PIP.items():
        if environ.get(theirs) and not environ.get(ours) and not environ.get(_OLDER.get(ours, ours)):
            # pip's list of places has spaces between them, uv's commas.
            made[ours] = ",".join(environ[theirs].split()) if ours == "UV_FIND_LINKS" else environ[theirs]
    return made


def uv_options(environ: Mapping[str, str]) -> list[str]:
    """What uv has no variable for: pip's `--no-index`."""
    return ["--no-index"] if environ.get("PIP_NO_INDEX", "").lower() in ("1", "true", "yes", "on") else []


def _arguments(folder: Path, target: Target) -> Iterator[str]:
    yield from ("pip", "compile", "-", "--quiet", "--only-binary", ":all:", "--generate-hashes", "--no-header")
    yield from ("--no-annotate", "--format", "pylock.toml", "--python-version", target.python)
    # A project's uv.toml may say otherwise, for locks of its own: this one is whole, and of one target.
    yield from ("--deps", "--no-universal", "--output-file", str(folder / _MADE))
    system, _, machine = target.platform.partition("_")
    if target.is_linux:
        yield from ("--python-platform", f"{machine}-{_LIBC[system]}")
    elif target != this_machine():
        raise ToolError(f"uv can't resolve for {target} here; lock there")
    yield from ("--constraint", str(folder / "constraints.txt"))


def _pin(table: Mapping[str, object]) -> Pin:
    name, version = str(table.get("name")), str(table.get("version"))
    hashes = [each.get("hashes") for each in _tables(table.get("wheels", []))]
    found = sorted(f"sha256:{each['sha256']}" for each in hashes if isinstance(each, dict) and "sha256" in each)
    if not found:
        raise ToolError(f"the index gives no hash of a wheel of {name} {version}")
    return Pin(name, version, tuple(found))


def _tables(value: object) -> Iterator[Mapping[str, object]]:
    yield from (each for each in value if isinstance(each, dict)) if isinstance(value, list) else ()
