"""Data files of packages travel; what flowdsl itself wrote beside a pipeline's file does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main
from flowdsl.frontend.slicing.data import data_files
from flowdsl.packages.lockfile import MADE_BY

FLOW = """
from importlib import resources

from flowdsl import pipeline, task


@task(image="python:3.12-slim")
def tell() -> str:
    return (resources.files("shop") / "words.yaml").read_text()


@pipeline
def {name}() -> None:
    tell()
"""
COMPILED = "metadata:\n  labels:\n    app.kubernetes.io/managed-by: flowdsl\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "shop"
    folder.mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'shop'\nversion = '1'\n")
    (folder / "__init__.py").write_text("")
    (folder / "words.py").write_text("")
    (folder / "words.yaml").write_text("hello: world\n")
    return folder


def names(folder: Path) -> list[str]:
    return [each.path for each in data_files("shop", str(folder))]


def test_a_second_compile_gives_the_same(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (shop / "flow.py").write_text(FLOW.format(name="flow"))
    assert main(["compile", "shop/flow.py"]) == 0
    first = (shop / "flow.yaml").read_text()
    assert "shop/words.yaml" in first
    assert main(["compile", "shop/flow.py", "--check"]) == 0, capsys.readouterr().out
    assert main(["compile", "shop/flow.py"]) == 0
    assert (shop / "flow.yaml").read_text() == first


@pytest.mark.parametrize("name", ["words.yaml", "words-nightly.yaml"])
def test_yaml_of_ours_beside_its_file_stays_behind(shop: Path, name: str) -> None:
    (shop / name).write_text(COMPILED)
    assert f"shop/{name}" not in names(shop)


def test_a_lock_of_ours_stays_behind(shop: Path) -> None:
    (shop / "words.lock").write_bytes(MADE_BY + b"words.py`: ...\n")
    assert names(shop) == ["shop/words.yaml"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("words.lock", "of another program\n"),
        ("other.lock", MADE_BY.decode()),  # of no file that is there
        ("golden.yaml", COMPILED),
        ("words.txt", COMPILED),
    ],
)
def test_what_is_the_users_own_travels(shop: Path, name: str, text: str) -> None:
    (shop / name).write_text(text)
    assert f"shop/{name}" in names(shop)
