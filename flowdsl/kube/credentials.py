"""What looks like a credential: by the name it is given, or by its own shape. The value itself is never shown."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flowdsl.kube.secret_names import harmless, is_hexadecimal_secret, name_kind
from flowdsl.kube.secret_shapes import BEGINNINGS, SHORTEST, long_words

# A run of the characters of a name is tried from its start alone, and only dashes and dots may stand before the name.
_ASSIGNED = re.compile(r"""(?<![\w.-])[.-]*([A-Za-z_][\w.-]*)["']?\s*[=:]\s*["']?([^\s"'$()]+)""")
# A whole line, or what stands before `;` and `&&`: a call's result or another variable is no literal.
_SET = re.compile(r"""[ \t]*(?:export[ \t]+)?([A-Za-z_]\w*)=(["']?)([^\s"'$`;|&(),]{4,})\2[ \t]*(?:$|;|&&)""")


def find_credential(text: str) -> str | None:
    """The first few characters of something shaped like a credential; None if there is none."""
    if len(text) < SHORTEST and "@" not in text:
        return None
    words = long_words(text)
    if words is text:  # a short one, as most are: in half the time
        near = [shape for begins, shape in BEGINNINGS if begins in text]
    else:
        near = [shape for begins, shape in BEGINNINGS if begins in (words if shape.in_words else text)]
    for shape in near:
        searched = words if shape.in_words else text
        for mark in shape.marks:
            if mark in searched:
                for match in shape.pattern.finditer(text):
                    if shape.check(text, match):
                        return match[0][:4]
                break
    return None


def looks_secret(name: str, text: str) -> bool:
    """Whether a value is a credential by its own shape, or by a name such as `db_password`.

    What is called so and is none is let through: a flag, a number, a reference, a placeholder, a path to a mounted
    secret, the name of a Secret. Where a value goes is for the caller to know: see flowdsl.check.pitfalls.secrets.
    """
    if find_credential(text) is not None:
        return True
    text = text.strip()
    kind = name_kind(name)
    return bool(kind and not harmless(name, kind, text)) or is_hexadecimal_secret(name, text)


def assigned(line: str) -> Iterator[tuple[str, str]]:
    """Every `name = value` and `name: value` in a line of a script or a setting."""
    for match in _ASSIGNED.finditer(line):
        yield match[1], match[2]


def assigned_credential(script: str) -> str | None:
    """The first variable of a script that is set to a literal credential: `export DB_PASSWORD=hunter22`."""
    for line in script.split("\n"):
        match = _SET.match(line) if "=" in line else None
        if match is None:
            continue
        name, quote, value = match.groups()
        if (quote or name.isupper()) and looks_secret(name, value):
            return name
    return None


def tells_credential(line: str) -> bool:
    """Whether a line of a script or a setting holds a credential, by its shape or by what it is assigned to."""
    return find_credential(line) is not None or any(looks_secret(name, value) for name, value in assigned(line))
