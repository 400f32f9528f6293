"""What `flowdsl serve` says."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs

from flowdsl.cli.say import give, say
from flowdsl.diagnostics import Finding
from flowdsl.diagnostics.escape import json_text, line

if TYPE_CHECKING:
    from flowdsl.library.serve.service import Service


@attrs.define
class Shown:
    """Says what goes on: for people, or a JSON object a line. For several threads."""

    as_json: bool
    mistaken: bool = False
    _one: threading.Lock = attrs.field(factory=threading.Lock)

    def begins(self, service: Service) -> None:
        """It listens from now on."""
        names, due = service.deliveries.names(), service.timetable.next(service.clock())
        if self.as_json:
            paths = [f"/{name}" for name in names]
            self.event({"event": "serving", "url": service.address, "listeners": paths, "schedules": due})
            return
        base = service.address.removesuffix("/")
        lines = [f"page       {service.address}", *(f"listener   {base}/{line(name)}" for name in names)]
        lines += [f"schedule   {line(name)}, {_moment(at)}" for name, at in due.items()]
        self._say("\n".join(lines))

    def event(self, told: Mapping[str, object]) -> None:
        """Something came, or a run changed."""
        if self.as_json:
            with self._one:
                give(json_text(told), nl=True)
            return
        if told["event"] == "delivery":
            started = ", ".join(map(str, _texts(told["started"])))
            about = line(told["note"]) or (f"starts {line(started)}" if started else "starts nothing")
            self._say(f"{_clock()}  {line(told['listener'])}  {line(told['kind']) or 'webhook'}: {about}")
        elif told["event"] == "trouble":
            why = line(told["message"])
            said = f"nothing can be kept: {why}; senders are asked to send it again" if why else "all can be kept again"
            self._say(f"{_clock()}  {said}")
        else:
            self._say(f"{_clock()}  {line(told['name'])} {told['state']}")

    def findings(self, found: Sequence[Finding]) -> None:
        """What is wrong with what is served, and does not keep it from being served."""
        if found:
            from flowdsl.yamlread.excerpts import rendered

            say(rendered(tuple(found)), err=True, nl=False)

    def mistake(self, error: Exception) -> None:
        """A bug of ours: it is told, and in the end shows in the exit code."""
        from flowdsl.cli.bug import report

        self.mistaken = True
        with self._one:
            say(report(error), err=True)

    def _say(self, text: str) -> None:
        with self._one:
            say(text)


def _texts(value: object) -> list[object]:
    return [*value] if isinstance(value, (list, tuple)) else []


def _clock() -> str:
    return time.strftime("%H:%M:%S")


def _moment(at: float | None) -> str:
    return "never" if at is None else time.strftime("next %Y-%m-%d %H:%M", time.localtime(at))
