"""Numbers in others' text are ASCII digits, as Go and the providers have them: `²` and `٣` are none, nor is any length."""

from __future__ import annotations

import email.message
import io
import urllib.error

import pytest

from flowdsl.celgo.times import duration, timestamp
from flowdsl.celgo.tree import CelError
from flowdsl.celgo.triggers import _translate
from flowdsl.events.patterns import lua_patterns
from flowdsl.events.programs.report_run import asked_to_wait
from flowdsl.importer.references import Handle, Known, Scope
from flowdsl.importer.shapes import ARRAY, STRING
from flowdsl.kinds.scalars import check_timestamp
from flowdsl.kube.durations import is_duration

THREE, SQUARE = "\N{ARABIC-INDIC DIGIT THREE}", "\N{SUPERSCRIPT TWO}"


def test_durations_and_times() -> None:
    assert is_duration("3s")
    assert not is_duration(f"{THREE}s")
    assert duration("3s").seconds == 3
    with pytest.raises(CelError):
        duration(f"{THREE}s")
    stamp = "2026-01-03T00:00:00Z"
    assert check_timestamp(stamp) == stamp
    assert timestamp(stamp).day == 3
    with pytest.raises(ValueError, match="no RFC 3339 time"):
        check_timestamp(stamp.replace("3", THREE))
    with pytest.raises(CelError):
        timestamp(stamp.replace("3", THREE))


def test_a_group_of_a_pattern() -> None:
    assert _translate("abc", "a(b)", "<$1>") == "<b>c"
    assert _translate("abc", "a(b)", f"<${{{SQUARE}}}>") == "<>c"
    assert _translate("abc", "a(b)(c)(d?)", f"<${{{THREE}}}>") == "<>"


def test_a_count_of_a_pattern() -> None:
    assert lua_patterns("^a{2}$") == ["^aa$"]
    assert lua_patterns(f"^a{{{SQUARE}}}$") is None
    assert lua_patterns(f"^a{{{THREE}}}$") is None
    assert lua_patterns(f"^a{{{'9' * 5000}}}$") is None


@pytest.mark.parametrize("code", [403, 429, 503])
def test_how_long_a_provider_asks_to_wait(code: int) -> None:
    def asked(header: str, value: str) -> float | None:
        headers = email.message.Message()
        headers["X-RateLimit-Remaining"] = "0"
        headers[header] = value
        return asked_to_wait(urllib.error.HTTPError("http://x", code, "", headers, io.BytesIO()), 4.0)

    nothing = None if code == 403 else 4.0
    assert asked("Retry-After", "7") == 7
    assert asked("Retry-After", SQUARE) == nothing
    assert asked("X-RateLimit-Reset", SQUARE) == nothing


def test_an_element_of_an_array_that_is_imported() -> None:
    scope = Scope(handles={"a": Handle("a", {"many": Known("many", ARRAY)})})
    assert scope.expression("tasks.a.results.many[3]", STRING) == "a.many[3]"
    for index in (THREE, "03", "9" * 5000):
        assert scope.expression(f"tasks.a.results.many[{index}]", STRING) is None
