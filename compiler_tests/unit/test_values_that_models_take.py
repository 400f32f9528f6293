"""What a pydantic model refuses is said before the run; features and quantities that are none have a hint that mends."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowdsl.cli import main

MODEL = """from enum import Enum
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, field_validator
from flowdsl import pipeline, task


class Mode(Enum):
    FAST = "fast"
    SLOW = "slow"


class Inner(BaseModel):
    size: int = Field(default=1, le=8)


class C(BaseModel):
    model_config = ConfigDict(strict={strict})
    lr: float = Field(default=0.1, gt=0)
    on: bool = True
    steps: int = Field(default=3, alias="number", ge=1)
    mode: Mode = Mode.FAST
    {more}

    @field_validator("steps")
    def even(cls, value):
        if value % 2 == 0:
            raise ValueError("steps are odd")
        return value


@task(image="i", requires=["pydantic"])
def train(c: C) -> float:
    return c.lr


@pipeline
def p(c: C = C(), other: float = 1.0) -> None:
    train({call})
"""


def compiled(folder: Path, *words: str, strict: bool = False, more: str = "", call: str = "c") -> int:
    file = folder / "flow.py"
    file.write_text(MODEL.format(strict=strict, more=more, call=call))
    return main(["compile", str(file), *words])


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("more", ["", "inner: Inner = Inner()"], ids=["flat", "nested"])
@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("c.lr=-1", "lr: Input should be greater than 0"),
        ('c={"lr": -1, "on": true, "number": 3, "mode": "fast"}', "lr: Input should be greater than 0"),
        ("c.number=4", "steps are odd"),
        ("c.number=0", "number: Input should be greater than or equal to 1"),
    ],
)
def test_what_a_model_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: str, words: str, more: str, *, strict: bool
) -> None:
    pytest.importorskip("pydantic")
    assert compiled(tmp_path, "--set", given, strict=strict, more=more) == 1
    said = capsys.readouterr().err
    assert "error[FLOW021]: param 'c': " in said
    assert words in said
    assert "hint: give values that C takes" in said
    assert not (tmp_path / "flow.yaml").exists()


def test_what_a_model_within_refuses(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compiled(tmp_path, "--set", "c.inner.size=9", more="inner: Inner = Inner()") == 1
    assert "inner.size: Input should be less than or equal to 8" in capsys.readouterr().err


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize("given", ["c.lr=1e-3", "c.on=false", "c.number=5", "c.mode=slow"])
def test_what_a_model_takes(tmp_path: Path, given: str, *, strict: bool) -> None:
    assert compiled(tmp_path, "--set", given, strict=strict) == 0


@pytest.mark.parametrize(
    ("call", "words", "hint"),
    [
        (
            "C(lr=-3)",
            "raised ValidationError of C: lr: Input should be greater than 0",
            "hint: give C values that it takes",
        ),
        ("C(lr=other)", "raised ValidationError of C: lr: ", "for values of the run write `C.model_construct(...)`"),
        (
            "C(lr=f'{other}')",
            "raised ValidationError of C: lr: ",
            "for values of the run write `C.model_construct(...)`",
        ),
    ],
)
def test_the_hint_of_a_model_that_refuses(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], call: str, words: str, hint: str
) -> None:
    assert compiled(tmp_path, call=call) == 1
    said = capsys.readouterr().err
    assert words in said
    assert hint in said


def used(folder: Path, capsys: pytest.CaptureFixture[str], option: str, flags: str = "[]") -> tuple[int, str]:
    file = folder / "flow.py"
    file.write_text(
        f"from flowdsl import pipeline, task\n@task(image='i', {option})\ndef a() -> None: print(1)\n"
        f"@pipeline(alpha={flags})\ndef p():\n    a()\n"
    )
    return main(["compile", str(file)]), capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "hint"),
    [
        ('memory="8GB"', 'memory="8G"'),
        ('memory="8 GiB"', 'memory="8Gi"'),
        ('memory="512mb..1gib"', 'memory="512M..1Gi"'),
        ('memory="100kb"', 'memory="100k"'),
        ('memory="100KiB"', 'memory="100Ki"'),
        ('cpu="2 cores"', 'cpu="2"'),
        ('cpu="many"', 'cpu="4" or cpu="4..8"'),
        ('memory="much"', 'memory="8Gi" or memory="8Gi..16Gi"'),
    ],
)
def test_the_hint_of_a_quantity_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, hint: str
) -> None:
    code, said = used(tmp_path, capsys, option)
    assert code == 1
    assert f"hint: write {hint}" in said
    assert used(tmp_path, capsys, hint.partition(" or ")[0])[0] == 0


@pytest.mark.parametrize(
    ("flags", "hint"),
    [
        ('["no-such"]', "there are: enable-artifacts, enable-cel-in-whenexpression"),
        ('["enable-cel-in-whenexpresion"]', "did you mean 'enable-cel-in-whenexpression'?"),
    ],
)
def test_a_feature_that_is_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], flags: str, hint: str) -> None:
    code, said = used(tmp_path, capsys, "", flags)
    assert code == 1
    assert "error[FLOW002]: alpha= has 'no-such'" in said or "did you mean" in said
    assert hint in said
    assert main(["compile", str(tmp_path / "flow.py"), "--alpha", "no-such"]) == 2
