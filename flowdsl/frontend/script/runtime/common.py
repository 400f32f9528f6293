"""What both directions use: the way to fail, and the environment."""

from __future__ import annotations

from typing import NoReturn

_FLOWDSL_TASK = "the task's name, set by the generator"


def _flowdsl_fail(message: str, code: int = 1) -> NoReturn:
    import sys

    print("flowdsl: " + _FLOWDSL_TASK + ": " + message, file=sys.stderr)
    sys.exit(code)


def _flowdsl_text(raw: str) -> str:
    import os

    return os.fsencode(raw).decode("utf-8", "replace")  # UTF-8 whatever the container's locale


def _flowdsl_show(value: object) -> str:
    text = ascii(value)
    return text if len(text) <= 60 else text[:57] + "..."


def _flowdsl_wrong(what: str, expected: str, value: object) -> NoReturn:
    _flowdsl_fail(what + ": expected " + expected + ", got " + type(value).__name__ + " " + _flowdsl_show(value))


def _flowdsl_env(name: str) -> str:
    import os

    if name not in os.environ:
        _flowdsl_fail("environment variable " + name + " is not set", 2)
    return _flowdsl_text(os.environ[name])


def _flowdsl_env_or_none(name: str) -> str | None:
    import os

    return _flowdsl_text(os.environ[name]) if os.environ.get(name) else None
