"""Each option has one sentence, in the docstring of what takes it, and the tables of the documentation come from there."""

from __future__ import annotations

import inspect

import pytest
import renew_options

import flowdsl

TAKE_OPTIONS = [*renew_options.TABLES.values(), flowdsl.task_run, flowdsl.Pipeline.with_options]


@pytest.mark.parametrize("function", TAKE_OPTIONS, ids=lambda each: each.__qualname__)
def test_each_option_has_its_sentence(function: renew_options.Shown) -> None:
    said = renew_options.sentences(function)
    taken = [name for name in inspect.signature(function).parameters if name != "self"]
    assert [name for name in said if name != "function"] == taken
    for name, sentence in said.items():
        assert sentence.endswith("."), name
        assert sentence[0].isupper(), name


def test_the_tables_of_the_documentation_are_as_written() -> None:
    page = renew_options.PAGE.read_text(encoding="utf-8")
    assert page.count("<!-- options of ") == len(renew_options.TABLES)
    assert page == renew_options.renewed(page), f"docs/dsl.md is stale: run `{renew_options.COMMAND}`"


def test_a_changed_sentence_would_be_seen() -> None:
    page = renew_options.PAGE.read_text(encoding="utf-8")
    assert renew_options.renewed(page.replace("Labels of the Task object.", "Labels.")) == page
