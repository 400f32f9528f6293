"""The settings of a project that a compile takes: `[tool.flowdsl.task]` and a profile, from the nearest pyproject.toml.

What may stand there is checked in `flowdsl.library.profile_tables`, which loads where anything does.
"""

from __future__ import annotations

import re
from pathlib import Path

from flowdsl.diagnostics import FlowError
from flowdsl.diagnostics.project import find, read_text
from flowdsl.frontend import places
from flowdsl.frontend.manifest import Manifest
from flowdsl.frontend.pipeline import Pipeline
from flowdsl.ir.settings import NO_SETTINGS, Settings
from flowdsl.library.pins import python_file
from flowdsl.library.rules import UNKNOWN_PROFILE

# Any table of flowdsl's but those of `lint` and `run`, which others read. Most projects have none: TOML is not read for
# them. One with a name that is misspelt, or with half of a head, is read, so that it is told.
_SPOKEN_OF = re.compile(r"""\bflowdsl["']?[ \t]*(?:\]|=|\.(?![ \t]*["']?(?:lint|run)\b))""")


def settings_for(target: Pipeline | Manifest, profile: str = "") -> Settings:
    """What the nearest pyproject.toml at or above the target's file says, with a profile where one is named.

    Raises FlowError: FLOW095 for a profile that is not there, FLOW096 with all that is wrong in the tables; UsageError
    for a file that can't be read.
    """
    path = find(Path(python_file(target)).absolute().parent)
    if path is None:
        if not profile:
            return NO_SETTINGS
        message = f"there is no profile {profile!r}: no pyproject.toml lies at or above {target.location.file}"
        hint = f"write one, with a table `[tool.flowdsl.profiles.{profile}]`"
        raise FlowError((UNKNOWN_PROFILE.finding(message, target.location, hint=hint),))
    text = read_text(path)
    if not profile and not _SPOKEN_OF.search(text):
        return NO_SETTINGS
    from flowdsl.library.profile_tables import read_settings

    return read_settings(text, places.display(str(path)), profile)
