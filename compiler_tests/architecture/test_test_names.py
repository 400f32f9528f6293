"""pytest knows a test file that lies in no package by its bare name: two of one name can't be collected together.

https://docs.pytest.org/en/stable/explanation/pythonpath.html#import-modes
"""

from __future__ import annotations

from collections import Counter

from source import ROOT


def test_no_two_test_files_of_one_name() -> None:
    files = [*(ROOT / "compiler_tests").rglob("test_*.py"), *(ROOT / "pipelines").rglob("test_*.py")]
    names = Counter(path.name for path in files if not (path.parent / "__init__.py").exists())
    assert [name for name, times in names.items() if times > 1] == []
