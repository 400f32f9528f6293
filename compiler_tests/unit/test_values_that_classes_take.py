"""What a dataclass or an attrs class refuses is said before the run, at the user's line."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main

FLOW = """from __future__ import annotations
{kind}
from flowdsl import pipeline, task


{decorator}
class Limit:
    most: float
    share: float | None = None

    def {check}(self) -> None:
        if not 0 <= self.most < 100:
            raise ValueError(f"most={{self.most!r}} is no limit")


{decorator}
class Limits:
    noise: Limit = Limit(3.0)
    blur: Limit | None = None
    others: dict[str, Limit] | None = None
    names: list[str] | None = None


@task(image="i"{needs})
def measure(limits: Limits) -> float:
    return limits.noise.most


@pipeline
def p(limits: Limits = Limits({default})) -> None:
    {body}
"""
KINDS = {
    "dataclass": ("from dataclasses import dataclass", "@dataclass(frozen=True)", "__post_init__"),
    "attrs": ("import attrs", "@attrs.frozen", "__attrs_post_init__"),
}


def compiled(folder: Path, kind: str, *words: str, default: str = "", body: str = "measure(limits)") -> int:
    imported, decorator, check = KINDS[kind]
    needs = ', requires=["attrs"]' if kind == "attrs" else ""
    text = FLOW.format(kind=imported, decorator=decorator, check=check, default=default, body=body, needs=needs)
    (folder / "flow.py").write_text(text)
    return main(["compile", str(folder / "flow.py"), *words])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("limits.noise.most=-1", "param 'limits': most=-1.0 is no limit"),
        ('limits.blur={"most": 400}', "param 'limits': most=400"),
        ('limits.others={"a": {"most": -2}}', "param 'limits': most=-2"),
        ("limits.noise.most=nan", "at noise.most: expected float, got 'nan'"),
        ("limits.nose.most=1", "did you mean 'noise'?"),
        ("limits.noise.most=7", ""),
    ],
)
def test_values_of_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, given: str, told: str) -> None:
    code = compiled(tmp_path, kind, "--set", given)
    said = capsys.readouterr().err
    assert code == bool(told), said
    assert told in said
    assert ("error[FLOW021]" in said) == bool(told)
    assert (tmp_path / "flow.yaml").exists() != bool(told)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("default", "body", "line"),
    [
        ("Limit(-1)", "measure(limits)", "def p(limits: Limits = Limits(Limit(-1)))"),
        ("", "measure(Limits(Limit(-1)))", "    measure(Limits(Limit(-1)))"),
    ],
)
def test_a_value_in_the_source_is_told_where_it_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, default: str, body: str, line: str
) -> None:
    assert compiled(tmp_path, kind, default=default, body=body) == 1
    said = capsys.readouterr().err
    assert "most=-1 is no limit" in said
    number = 1 + [each.startswith(line) for each in (tmp_path / "flow.py").read_text().splitlines()].index(True)
    assert f"flow.py:{number}\n" in said


FLAT = """from __future__ import annotations
{kind}
from flowdsl import pipeline, task


{decorator}
class Limit:
    most: float = 3.0
    tries: int = 1
    loud: bool = False
    name: str = "noise"

    def {check}(self) -> None:
        if not (0 <= self.most < 100 and self.tries > 0 and self.loud is False and self.name):
            raise ValueError("no limit")


@task(image="i"{needs})
def measure(limit: Limit) -> float:
    return limit.most


@pipeline
def p(limit: Limit = Limit()) -> None:
    measure(limit)
"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("given", "refused"),
    [("most=-1", True), ("tries=0", True), ("loud=true", True), ("name=", True), ("most=7", False), ("tries=2", False)],
)
def test_a_class_of_plain_fields_which_tekton_has_as_an_object(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], kind: str, given: str, *, refused: bool
) -> None:
    imported, decorator, check = KINDS[kind]
    needs = ', requires=["attrs"]' if kind == "attrs" else ""
    text = FLAT.format(kind=imported, decorator=decorator, check=check, needs=needs)
    (tmp_path / "flow.py").write_text(text)
    assert main(["compile", str(tmp_path / "flow.py"), "--set", f"limit.{given}"]) == refused
    assert ("error[FLOW021]: param 'limit': no limit" in capsys.readouterr().err) == refused
