"""What was asked of raters and what they said, in one SQLite file: a restart, a reload or a retry loses nothing."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from sonic_flow.rating.opinion import Opinion, is_score, opinion

NAME_MOST = 60
"""Characters of a rater's name."""
RATERS_MOST = 1000
"""Raters of one clip: more rows than that are nobody's."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_TABLES = """
create table if not exists asked (
  id text primary key, title text not null, sha256 text not null, least integer not null, wanted integer not null,
  until real not null, over integer not null default 0);
create table if not exists scores (
  id text not null references asked(id), rater text not null, score integer not null, at real not null,
  primary key (id, rater));
"""


class Asked(NamedTuple):
    """One clip that is to be rated: it ends with `wanted` raters, or at `until` (epoch)."""

    id: str
    title: str
    sha256: str
    least: int
    wanted: int
    until: float


class Refused(Exception):  # noqa: N818 - a refusal
    """A score that can't be taken; says why to the rater."""


class Book:
    """The file. Every method is one transaction, from any thread or process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._open() as known:
            known.executescript(_TABLES)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        known = sqlite3.connect(self._path, timeout=30)
        try:
            with known:
                yield known
        finally:
            known.close()

    def ask(self, asked: Asked) -> Asked:
        """Note a request; what was noted of it before counts, so that asking again gives nobody more time."""
        with self._open() as known:
            known.execute(
                "insert or ignore into asked (id, title, sha256, least, wanted, until) values (?, ?, ?, ?, ?, ?)", asked
            )
            row = known.execute(
                "select id, title, sha256, least, wanted, until from asked where id = ?", (asked.id,)
            ).fetchone()
        return Asked(*row)

    def open_requests(self, now: float | None = None) -> list[Asked]:
        """Those that can be rated still, the most urgent first."""
        with self._open() as known:
            rows = known.execute(
                "select id, title, sha256, least, wanted, until from asked where not over and until > ? order by until",
                (time.time() if now is None else now,),
            ).fetchall()
        return [Asked(*row) for row in rows]

    def score(self, request: str, rater: str, score: object, now: float | None = None) -> None:
        """Take a score; a second one of the same rater replaces the first. Raises Refused."""
        name = rater_name(rater)
        if not is_score(score):
            raise Refused("a score is a whole number from 1 to 5")
        moment = time.time() if now is None else now
        with self._open() as known:
            row = known.execute("select until, over from asked where id = ?", (request,)).fetchone()
            if row is None or row[1] or row[0] <= moment:
                raise Refused("this clip is not to be rated any more")
            others = "select count(*) from scores where id = ? and rater != ?"
            if known.execute(others, (request, name)).fetchone()[0] >= RATERS_MOST:
                raise Refused("this clip has enough raters")
            known.execute("insert or replace into scores values (?, ?, ?, ?)", (request, name, score, moment))

    def scores(self, request: str) -> dict[str, int]:
        """Rater and score."""
        with self._open() as known:
            return dict(
                known.execute("select rater, score from scores where id = ? order by at", (request,)).fetchall()
            )

    def opinion(self, request: str) -> Opinion:
        """What the raters say so far."""
        return opinion(list(self.scores(request).values()))

    def close(self, request: str) -> None:
        """No more scores: it is over, or nobody wants to know any more."""
        with self._open() as known:
            known.execute("update asked set over = 1 where id = ?", (request,))


def rater_name(given: object) -> str:
    """A rater's name as it is kept. Raises Refused for none, and for one that is too long or can't be seen."""
    name = " ".join(_UNSEEN.sub(" ", given).split()) if isinstance(given, str) else ""
    if not name or len(name) > NAME_MOST:
        raise Refused(f"say who you are, in at most {NAME_MOST} characters")
    return name
