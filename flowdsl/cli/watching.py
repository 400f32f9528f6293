"""`run --watch`: run again whenever a file changes."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from flowdsl.cli.output import is_gone
from flowdsl.cli.say import say
from flowdsl.cli.source import Source
from flowdsl.diagnostics import FlowError, UsageError
from flowdsl.diagnostics.errors import EXIT_CANCELLED
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.library.inputs import Given, source_of
from flowdsl.library.loading import load_target
from flowdsl.library.modules import forget_beside
from flowdsl.yamlread.walk import TOOL_FOLDERS

_EACH = 0.4
_ENDINGS = (".py", ".yaml", ".yml", ".json")


def watch_files(source: Source, run: Callable[[Given | None], int]) -> int:
    """Run now and after each change of the source's files and those beside them, until Ctrl-C; the last exit code."""
    given = source.given()
    folders = {Path(each.partition(".py:")[0]).resolve().parent for each in source_of(given)} if given else set()
    code = 0
    while True:
        before = _stamps(folders)
        try:
            code = run(_fresh(given))
        except FlowError as error:
            from flowdsl.yamlread.excerpts import rendered

            say(rendered(error.diagnostics), err=True, nl=False)
            code = error.exit_code
        except UsageError as error:
            say(f"error: {error}", err=True)
            code = error.exit_code
        # Without a reader nobody would end it.
        if code == EXIT_CANCELLED or is_gone():
            return code
        say(f"waiting for a change in {', '.join(str(each) for each in sorted(folders))} (Ctrl-C ends)", err=True)
        while _stamps(folders) == before:
            time.sleep(_EACH)


def _fresh(given: Given | None) -> Given | None:
    """A pipeline as its file is now: the module at hand is the one that was loaded when the command began."""
    if not isinstance(given, (Pipeline, Manifest)):
        return given
    forget_beside(Path(given.location.file))
    return load_target(source_of(given)[0])


def _stamps(folders: set[Path]) -> dict[str, int]:
    """When each file was changed. git is not asked what it ignores: this is looked at again and again."""
    found = {}
    for folder in folders:
        for place, inner, names in os.walk(folder):
            inner[:] = [name for name in inner if name not in TOOL_FOLDERS]
            for path in (os.path.join(place, name) for name in names if name.endswith(_ENDINGS)):
                with contextlib.suppress(OSError):
                    found[path] = os.stat(path).st_mtime_ns
    return found
