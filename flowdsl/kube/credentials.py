"""What looks like a credential: by the name it is given, or by its own shape. The value itself is never shown."""

from __future__ import annotations

import re

_NAME = re.compile(
    r"(^|[_\-.])(password|passwd|passphrase|secret|token|credentials?|api_?key|secret_?key|access_?key|private_?key|auth)$",
    re.I,
)
_VALUE = re.compile(
    r"AKIA[0-9A-Z]{16}|-----BEGIN [A-Z ]*PRIVATE KEY-----|\bgh[pousr]_[A-Za-z0-9]{36}|\bglpat-[\w-]{20}"
    r"|\bxox[abprs]-[\w-]{10,}|\bhf_[A-Za-z0-9]{30,}|\bsk-[A-Za-z0-9_-]{32,}|\bAIza[\w-]{35}|\beyJ[\w-]+\.eyJ[\w-]+\."
    r"|://[^\s/:@$]+:[^\s/@$]+@"
)
# One of these stands in whatever the expression above finds. Looking for them first is thirty times faster, and scripts
# are long.
_MARKS = (
    "AKIA",
    "PRIVATE KEY-",
    "glpat-",
    "hf_",
    "sk-",
    "AIza",
    "eyJ",
    "://",
    "xox",
    "ghp_",
    "gho_",
    "ghu_",
    "ghs_",
    "ghr_",
)
_HARMLESS = ("true", "false", "none")
# `registry-token`, `git-credentials`: the name of a Secret, not what is in it.
_OBJECT_NAME = re.compile(r"(?=[a-z0-9.-]*(?:secret|token|cred|key|auth|password))[a-z][a-z0-9]*(?:[-.][a-z0-9]+)+")


def find_credential(text: str) -> str | None:
    """The first few characters of something shaped like a credential; None if there is none."""
    for mark in _MARKS:
        if mark in text:
            match = _VALUE.search(text)
            return match[0][:4] if match else None
    return None


def looks_secret(name: str, text: str) -> bool:
    """Whether a value is a credential by its own shape, or by a name such as `db_password`.

    Letters that stand for nothing secret are let through: a flag, a number, a reference, a path to a mounted secret.
    """
    named = len(text) > 3 and not text.startswith(("$(", "/")) and not text.isdigit() and _NAME.search(name)
    if not named and find_credential(text) is None:
        return False
    return text not in _HARMLESS and _OBJECT_NAME.fullmatch(text) is None
