"""The work that all contenders do: a chain of N container tasks, each different, each taking the result of the last."""

from __future__ import annotations


def image(index: int) -> str:
    return f"registry.example.com/team/stage:{index}"


def script(index: int, given: str = "$1", result: str = "$2") -> str:
    return f'#!/bin/sh\nset -eu\necho "stage {index} takes {given}"\nprintf "%s" "stage-{index}" > "{result}"\n'


def memory(index: int) -> str:
    return f"{64 + index}Mi"
