"""Answers CustomRuns of the kind Rating: `python -m sonic_flow.rating.controller`. No pod of a run waits for people.

It reads the CustomRuns of one namespace and patches their status; its Role lets it do nothing else
(`pipelines/raters.py`). All that it must know after a restart is in the CustomRuns and in one SQLite file.

Environment: KUBERNETES_SERVICE_HOST and _PORT (every pod has them), RATING_NAMESPACE, RATING_FOLDER (a volume that
stays), RATING_TOKEN (of the raters' address), RATING_BUCKET, RATING_REGION, RATING_ENDPOINT, ACCESS_KEY and
SECRET_KEY (of the object store).
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Set
from pathlib import Path
from typing import NamedTuple

from sonic_flow.rating.book import Asked, Book
from sonic_flow.rating.clips import NotNowError, fetched, tidy
from sonic_flow.rating.desk import Desk
from sonic_flow.rating.kubernetes import ACCOUNT, Api, ApiError
from sonic_flow.rating.opinion import Opinion
from sonic_flow.rating.requests import (
    Wanted,
    WrongError,
    is_over,
    is_rating,
    part,
    started_at,
    status_of,
    timeout_of,
    wanted_of,
)
from sonic_flow.s3 import Signer, object_url

EVERY = 3.0
"""Seconds between two looks at the CustomRuns."""
PORT = 8080
LONGEST_PAUSE = 300.0
"""Seconds between two tries of a clip that could not be fetched, at the most."""


class Late(NamedTuple):
    """A clip that could not be fetched so far: the pause before the next try, its time (epoch), and why."""

    pause: float
    at: float
    why: str


class Controller:
    """One look after the other at the CustomRuns of a namespace.

    `fetch` gives the file of a clip, stops, or raises NotNowError. `tidy` is told the digests of the clips that are
    rated still.
    """

    def __init__(
        self,
        api: Api,
        book: Book,
        fetch: Callable[[str, str], Path],
        now: Callable[[], float] = time.time,
        tidy: Callable[[Set[str]], None] = lambda _: None,
    ) -> None:
        self.api, self.book, self._fetch, self._now, self._tidy = api, book, fetch, now, tidy
        self.clips: dict[str, Path] = {}
        self._late: dict[str, Late] = {}

    def look(self) -> list[str]:
        """Do what there is to do; lines for the log. Raises ApiError where the CustomRuns can't be read."""
        told = []
        runs = [each for each in self.api.custom_runs() if is_rating(each)]
        for run in runs:
            name = str(part(run, "metadata").get("name", ""))
            try:
                status = None if is_over(run) else self._decide(run)
                if status is None:
                    continue
                self.api.patch_status(name, str(part(run, "metadata").get("resourceVersion", "")), status)
                told.append(f"{name}: {_reason(status)}")
            except ApiError as error:
                if error.status not in (404, 409):  # gone, or changed meanwhile: the next look sees it
                    told.append(f"{name}: {error}")
        ongoing = {_request(each) for each in runs if not is_over(each)}
        for asked in self.book.open_requests(self._now()):
            if asked.id not in ongoing:
                self._close(asked.id)
        self._late = {request: late for request, late in self._late.items() if request in ongoing}
        self._tidy({path.stem for path in self.clips.values()})
        return told

    def _decide(self, run: Mapping[str, object]) -> dict[str, object] | None:
        """The status to write; None where there is nothing new."""
        now, request = self._now(), _request(run)
        name = str(part(run, "metadata").get("name", ""))
        if part(run, "spec").get("status") == "RunCancelled":
            self._close(request)
            said = str(part(run, "spec").get("statusMessage") or f'CustomRun "{name}" was cancelled')
            return status_of("False", "CustomRunCancelled", said, now=now)
        began, limit = started_at(run), timeout_of(run)
        if began is not None and limit and now - began > limit:
            self._close(request)
            said = f'CustomRun "{name}" failed to finish within its timeout'
            return status_of("False", "CustomRunTimedOut", said, now=now)
        try:
            wanted = wanted_of(run)
            if wanted.backend != "ask":
                raise WrongError(f"backend {wanted.backend[:40]!r} is not answered here: there is ask")
            self._find_clip(request, wanted, now)
        except WrongError as wrong:
            return status_of("False", "WrongRating", str(wrong), now=now)
        except SystemExit as stopped:
            self._close(request)
            return status_of("False", "NoClip", str(stopped), now=now)
        late, until = self._late.get(request), (began or now) + wanted.seconds
        if late and not self.book.scores(request):
            return self._without_clip(request, late, now, began, until)
        asked = self.book.ask(Asked(request, wanted.title, wanted.sha256, wanted.least, wanted.wanted, until))
        return self._so_far(asked, wanted, now, began)

    def _find_clip(self, request: str, wanted: Wanted, now: float) -> None:
        """Fetch the clip where it is not here, with a longer pause after each try in vain. Stops as `fetch` does."""
        late = self._late.get(request)
        if request in self.clips or (late and now < late.at):
            return
        try:
            self.clips[request] = self._fetch(wanted.key, wanted.sha256)
        except NotNowError as error:
            pause = min(2 * late.pause, LONGEST_PAUSE) if late else EVERY
            self._late[request] = Late(pause, now + pause, str(error))
        else:
            self._late.pop(request, None)

    def _without_clip(
        self, request: str, late: Late, now: float, began: float | None, until: float
    ) -> dict[str, object] | None:
        if now >= until:
            self._close(request)
            return status_of("False", "NoClip", f"the clip could not be fetched in time: {late.why}", now=now)
        # With a start the time runs; nobody is asked before there is something to see.
        return None if began is not None else status_of("Unknown", "NoClipYet", f"tried again: {late.why}", now=now)

    def _so_far(self, asked: Asked, wanted: Wanted, now: float, began: float | None) -> dict[str, object] | None:
        count = len(self.book.scores(asked.id))
        if began is None:
            until = f"{wanted.least} to {wanted.wanted} raters, {wanted.seconds / 3600:g} hours"
            return status_of("Unknown", "Rating", f"people are asked: {until}", now=now)
        if count < asked.wanted and now < asked.until:
            return None
        self._close(asked.id)
        found = self.book.opinion(asked.id)
        if found.raters < asked.least:
            nan = float("nan")
            said = f"only {found.raters} of at least {asked.least} raters came in time"
            return status_of("True", "TooFewRaters", said, now=now, found=Opinion(nan, nan, nan, found.raters))
        said = f"{found.raters} raters: MOS {found.mos:.2f}, 95% interval {found.low:.2f} to {found.high:.2f}"
        return status_of("True", "Rated", said, now=now, found=found)

    def _close(self, request: str) -> None:
        self.book.close(request)
        self.clips.pop(request, None)
        self._late.pop(request, None)


def _request(run: Mapping[str, object]) -> str:
    """A request is of one CustomRun: another one of the same name has another uid."""
    return str(part(run, "metadata").get("uid", ""))


def _reason(status: Mapping[str, object]) -> str:
    conditions = status["conditions"]
    assert isinstance(conditions, list)
    return f"{conditions[0]['reason']}: {conditions[0]['message']}"


def main(environment: Mapping[str, str]) -> None:
    """Answer until SIGTERM. SystemExit where a variable is missing."""
    folder = Path(environment["RATING_FOLDER"])
    host, port = environment["KUBERNETES_SERVICE_HOST"], environment.get("KUBERNETES_SERVICE_PORT", "443")
    account = Path(environment.get("RATING_ACCOUNT", str(ACCOUNT)))
    server = f"https://{f'[{host}]' if ':' in host else host}:{port}"
    api = Api(server, environment["RATING_NAMESPACE"], account / "token", account / "ca.crt")
    region, endpoint, bucket = (environment.get(f"RATING_{name}", "") for name in ("REGION", "ENDPOINT", "BUCKET"))
    signer = Signer(region, environment["ACCESS_KEY"], environment["SECRET_KEY"])

    def fetch(key: str, sha256: str) -> Path:
        return fetched(object_url(endpoint, bucket, region, key), signer, sha256, folder)

    book = Book(folder / "ratings.sqlite")
    controller, over = Controller(api, book, fetch, tidy=lambda kept: tidy(folder, kept)), threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    address = environment.get("RATING_LISTEN", "0.0.0.0")
    desk_port = int(environment.get("RATING_PORT", str(PORT)))
    with Desk(book, controller.clips.get, token=environment["RATING_TOKEN"], host=address, port=desk_port):
        print("answering CustomRuns of the kind Rating", flush=True)
        while not over.wait(EVERY):
            try:
                lines = controller.look()
            except (ApiError, OSError, sqlite3.Error) as error:  # the next look may do: a full disk, a locked file
                lines = [str(error)]
            for line in lines:
                print("".join(char if char.isprintable() else "\ufffd" for char in line), flush=True)


if __name__ == "__main__":
    missing = [
        name
        for name in (
            "KUBERNETES_SERVICE_HOST",
            "RATING_NAMESPACE",
            "RATING_FOLDER",
            "RATING_TOKEN",
            "ACCESS_KEY",
            "SECRET_KEY",
        )
        if not os.environ.get(name)
    ]
    if missing:
        raise SystemExit(f"error: the environment lacks {', '.join(missing)}")
    main(os.environ)
