"""A pipeline function with a body of one's own, and what is said of names with one value for each branch in it."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowdsl
from flowdsl.diagnostics import FlowError

HEAD = """\
import flowdsl
from flowdsl import elif_, on_finish, otherwise, pipeline, task, when
from flowdsl import when as only

@task(image="python:3.12-slim")
def make(size: int = 1) -> str:
    return "x"

@task(image="python:3.12-slim")
def use(text: str = "") -> str:
    return text

@pipeline
def p(mode: str = "a", other: str = "b"):
"""
HELPERS = """\
import contextlib
from flowdsl import either, otherwise, when

def only_a(mode):
    return when(mode == "a")

@contextlib.contextmanager
def first(mode):
    with only_a(mode):
        yield

def made(mode, make):
    with when(mode == "a"):
        make(size=9)
    return contextlib.nullcontext()

class Only:
    def __init__(self, mode):
        self.block = only_a(mode)

    def __enter__(self):
        return self.block.__enter__()

    def __exit__(self, *why):
        return self.block.__exit__(*why)

def fill(clips, clip):
    clips["a"] = clip

class Flow:
    def slow(self, mode, make):
        with when(mode == "a"):
            self.first = self.clip = make()

    def fast(self, make):
        with otherwise():
            self.second = self.clip = make(size=2)

    def merge(self):
        self.clip = either(self.first, self.second)

    def count(self):
        self.number += 1

class Slots(Flow):
    __slots__ = ("clip", "first", "second")
"""


def load(body: str, folder: Path) -> str:
    text = HEAD + "".join(f"    {line}\n" for line in body.strip("\n").split("\n"))
    (folder / "flow.py").write_text(text, "utf-8")
    (folder / "helpers.py").write_text(HELPERS, "utf-8")
    return text


def assert_told(body: str, folder: Path) -> None:
    """FLOW050 is said of the lines that end in `# here`, and nothing else of any."""
    text = load(body, folder)
    with pytest.raises(FlowError) as caught:
        flowdsl.compile(flowdsl.load(folder / "flow.py"))
    here = [number for number, line in enumerate(text.split("\n"), 1) if line.endswith("# here")]
    assert [(each.code, each.location.line) for each in caught.value.diagnostics] == [
        ("FLOW050", line) for line in here
    ]


def assert_quiet(body: str, folder: Path) -> None:
    """It compiles."""
    load(body, folder)
    flowdsl.compile(flowdsl.load(folder / "flow.py"))
