"""The example of docs/import.md is what import really writes."""

from __future__ import annotations

import re

from renew import ROOT

from flowdsl.library.importing import import_sources
from flowdsl.yamlread.sources import Source


def test_the_documented_example() -> None:
    page = (ROOT / "docs" / "import.md").read_text(encoding="utf-8")
    (given,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (wanted,) = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    result = import_sources([Source("release.yaml", given)], title="Imported from release.yaml.")
    assert result.diagnostics == ()
    assert result.text == wanted
