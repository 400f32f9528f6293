"""What import tells of, as it is rendered."""

from __future__ import annotations

import pytest

from flowdsl.diagnostics.render import render
from flowdsl.library.importing import import_sources
from flowdsl.yamlread.sources import Source

FIELD = """\
apiVersion: tekton.dev/v1
kind: Pipeline
metadata: {name: p}
spec:
  workspaces:
    - name: data
  tasks:
    - name: a
      taskRef: {name: t}
      workspaces:
        - name: data
"""
FIELD_TEXT = """\
warning[FLOW501]: kept in extra={...} as Tekton writes it: the binding of 'data'
  --> x.yaml:10:7
  = at: spec.tasks[0].workspaces
  = hint: it is compiled unchanged; rewrite it by hand where the DSL has a better word

found 1 warning
"""
DOCUMENT = """\
apiVersion: v1
kind: LimitRange
metadata: {name: limits}
spec:
  limits: []
"""
DOCUMENT_TEXT = """\
warning[FLOW502]: LimitRange 'limits' is kept as raw(...): the DSL has no word for this kind
  --> x.yaml:1:1
  = hint: it is compiled unchanged

found 1 warning
"""


@pytest.mark.parametrize(
    ("text", "path", "said"), [(FIELD, "spec.tasks[0].workspaces", FIELD_TEXT), (DOCUMENT, "", DOCUMENT_TEXT)]
)
def test_what_is_kept_is_told_at_its_line(text: str, path: str, said: str) -> None:
    result = import_sources([Source("x.yaml", text)])
    assert not result.failed
    assert render(result.diagnostics) == said
    assert [each.where for each in result.diagnostics] == [path]


DEEP = f"""\
apiVersion: v1
kind: LimitRange
metadata: {{name: deep}}
data: {{a: {"[" * 198}{"]" * 198}}}
"""
DEEP_TEXT = """\
error[FLOW109]: LimitRange 'deep' can't be written as Python
  --> x.yaml:1:1
  = hint: leave its file out: it is nested deeper than Python reads, or larger than flowdsl compiles

found 1 error
"""


def test_what_python_cant_hold_is_told_at_its_document() -> None:
    result = import_sources([Source("x.yaml", DEEP)])
    assert result.failed
    assert render(result.diagnostics) == DEEP_TEXT
