"""The part of a script that decides conditions: at the end of a task's own script, or as one by itself."""

from __future__ import annotations

import builtins
import re

from flowdsl.decide.wire import MARK, START
from flowdsl.frontend.script.codecs import quoted
from flowdsl.frontend.script.library import helpers_for
from flowdsl.kube.conventions import MESSAGE_MOST

# Before and after: a step that fails although the run goes on has decided that nothing holds.
_DECIDES = "    _flowdsl_undecided()\n{work}{fields}    _flowdsl_decide({limit})\n"
_FIELDS = "    fields = _flowdsl_open()\n"
_HELPER = re.compile(r"^def (_flowdsl_[a-z_]+)\(", re.MULTILINE)
# A user's module may have names of its own for any of them.
_HIDDEN = frozenset(dir(builtins))


def deciding(script: str, *, fields: bool = False) -> str:
    """A task's script that also decides what stands in its variable FLOWDSL_CONDITIONS.

    `fields` says that they look into JSON, at what FLOWDSL_FIELDS says.
    """
    before, _, after = script.rpartition(START)
    assert not after, "a script ends by calling its function"
    end = _end("    _flowdsl_main()\n", fields=fields)
    helpers = _without(helpers_for(end, _HIDDEN), set(_HELPER.findall(before)))
    return f'{before}{MARK}{helpers}\n\nif __name__ == "__main__":\n{end}'


def decision_script(name: str, *, fields: bool = False) -> str:
    """The script of a task that only decides; its conditions and their values are those of its params."""
    end = _end("", fields=fields)
    head = "#!/usr/bin/env python3\n# A task of flowdsl's: it decides what FLOWDSL_CONDITIONS says, by its params.\n"
    task = f"\n_FLOWDSL_TASK = {quoted(name)}\n"
    return f'{head}{task}{helpers_for(end, frozenset())}\n\nif __name__ == "__main__":\n{end}'


def _end(work: str, *, fields: bool) -> str:
    return _DECIDES.format(work=work, fields=_FIELDS if fields else "", limit=MESSAGE_MOST)


def _without(helpers: str, known: set[str]) -> str:
    """Functions without those that the script has already."""
    parts = re.split(r"(?m)^(?=def _flowdsl_)", helpers.lstrip("\n"))
    kept = [part for part in parts if (found := _HELPER.match(part)) and found[1] not in known]
    return "\n\n" + "".join(kept).rstrip("\n") + "\n" if kept else ""
