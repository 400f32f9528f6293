"""What becomes of an event: which runs it starts, kept before the sender is told that it came."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import attrs

from flowdsl.diagnostics.escape import line
from flowdsl.events.github import GITHUB
from flowdsl.events.matching import FAILED, STARTS, Event, Fields, PayloadError, Verdict, match
from flowdsl.events.providers import PROVIDERS
from flowdsl.kinds.table import EVENT_LISTENER, PIPELINE_RUN, TEKTON, in_group
from flowdsl.kube.conventions import NEWEST_OF, STARTED_BY
from flowdsl.kube.drawn_names import drawn_name
from flowdsl.library.documents import name_of
from flowdsl.library.serve.secrets import Known
from flowdsl.library.serve.served import Served
from flowdsl.library.serve.tables import Kept, NewDelivery, NewRun, Tables, unpacked
from flowdsl.library.triggering import admitted
from flowdsl.runner.store.folder import RUN_FILE

_DRAWN = 8
"""Letters of a generated name: more than on a cluster, for names are remembered when their runs are gone."""
_MOST_WAITING = 10_000
"""Runs that wait at once: a sender whose event is refused sends it again."""
_SHOWN = 20_000
"""Characters of a param that are kept with a delivery."""
BEFORE = "before"
"""What becomes of an event whose run was started before."""
Told = Callable[[Mapping[str, object]], None]


class FullError(Exception):
    """Too many runs wait."""


@attrs.frozen
class Accepted:
    """What a delivery came to: its number, and the runs that it started."""

    number: int
    started: tuple[str, ...]


@attrs.define
class Deliveries:
    """Takes events for the listeners that are served; `told` hears of each. For several threads."""

    served: Sequence[Served]
    known: Known
    tables: Tables
    runs: Path
    told: Told
    changed: Callable[[Kept], None]
    clock: Callable[[], float] = time.time
    _one: threading.Lock = attrs.field(factory=threading.Lock)

    def listener(self, path: str) -> str:
        """The name of the listener that a path is of; "" for none."""
        name = path.partition("?")[0].removeprefix("/").partition("/")[0]
        return name if name in self.names() else ""

    def names(self) -> list[str]:
        """The names of all listeners."""
        return [name_of(each) for served in self.served for each in served.listeners()]

    def take(self, listener: str, event: Event, source: str = "request") -> Accepted:
        """An event for a listener. Raises PayloadError for a body that none takes, FullError."""
        if self.tables.rows("SELECT count(*) FROM runs WHERE state = 'queued'")[0][0] >= _MOST_WAITING:
            raise FullError
        # One at a time: what a body becomes in memory is many times its size.
        with self._one:
            try:
                verdicts = self._verdicts(listener, event)
            except PayloadError as error:
                self._keep(self._came(listener, event, source, [], note=str(error)), [])
                raise
            runs, taken = self._runs(verdicts)
            kept = self._keep(self._came(listener, event, source, [_plain(each, taken) for each in verdicts]), runs)
        return Accepted(kept.number, kept.new)

    def again(self, number: int) -> Accepted | None:
        """A delivery that came before, once more; None where it, or its body, is kept no longer."""
        rows = self.tables.rows("SELECT listener, headers, url, body FROM deliveries WHERE id = ?", number)
        body = unpacked(rows[0]["body"]) if rows else None
        if body is None or rows[0]["listener"] not in self.names():
            return None
        headers = tuple((name, value) for name, value in json.loads(rows[0]["headers"]))
        event = Event(body, tuple(self.known.shown(headers)), rows[0]["url"])
        return self.take(rows[0]["listener"], event, "page")

    def scheduled(self, came: NewDelivery, runs: Sequence[NewRun]) -> Kept:
        """A time that was reached, with the run that it starts."""
        return self._keep(came, runs)

    def _keep(self, came: NewDelivery, runs: Sequence[NewRun]) -> Kept:
        kept = self.tables.keep(came, runs)
        self.told(
            {"event": "delivery", "id": kept.number, "at": came.at, "listener": came.listener, "kind": came.event,
             "started": [*kept.new], "note": came.note}
        )  # fmt: skip
        self.changed(kept)
        return kept

    def _verdicts(self, listener: str, event: Event) -> list[Verdict]:
        for served in self.served:
            if listener in map(name_of, served.listeners()):
                others = [each for each in served.documents if not _is_other(each, listener)]
                return [admitted(each) for each in match(others, event, self.known.secrets())]
        return []

    def _runs(self, verdicts: Sequence[Verdict]) -> tuple[list[NewRun], list[str]]:
        """The runs to start, and the names of those that were started before."""
        runs: list[NewRun] = []
        taken: list[str] = []
        for verdict in verdicts:
            for document in _started(verdict):
                name = _name(document)
                if self.was_there(name):
                    taken.append(name)
                else:
                    runs.append(new_run(name, document, verdict.trigger))
        return runs, taken

    def was_there(self, name: str) -> bool:
        """Whether a run of a name was started before, or is kept."""
        return (
            bool(self.tables.rows("SELECT 1 FROM names WHERE name = ?", name)) or (self.runs / name / RUN_FILE).exists()
        )

    def _came(
        self, listener: str, event: Event, source: str, verdicts: Sequence[Mapping[str, object]], note: str = ""
    ) -> NewDelivery:
        header = {name.lower(): value for name, value in event.headers}
        kind, delivery = _told(header)
        return NewDelivery(
            at=self.clock(),
            source=source,
            listener=listener,
            event=line(kind)[:200],
            delivery=line(delivery)[:200],
            url=line(event.url)[:2000],
            headers=self.known.hidden(event.headers),
            body=None if note else event.body,
            verdicts=verdicts,
            note=line(note),
        )


def _told(header: Mapping[str, str]) -> tuple[str, str]:
    """What a provider says that it is: an event of its kind, and its name for the delivery."""
    known = [each for each in PROVIDERS.values() if each.event_header.lower() in header]
    # Those that speak in others' words name their deliveries in their own.
    own = [each for each in known if any(name.lower() in header for name in {*each.delivery} - {*GITHUB.delivery})]
    for provider in (*own, *known):
        names = [header[each.lower()] for each in provider.delivery if each.lower() in header]
        return f"{provider.title} {header[provider.event_header.lower()]}", names[0] if names else ""
    return "", ""


def new_run(name: str, document: Fields, start: str) -> NewRun:
    """A run as it is kept."""
    metadata = document["metadata"]
    notes, labels = metadata.get("annotations") or {}, metadata.get("labels") or {}
    pipeline = str(((document.get("spec") or {}).get("pipelineRef") or {}).get("name", ""))
    return NewRun(
        name=name,
        pipeline=pipeline,
        start=str(labels.get(STARTED_BY) or start),
        document={**document, "metadata": {**metadata, "name": name}},
        newest_of=line(notes.get(NEWEST_OF) or "")[:500],
    )


def _is_other(document: Fields, listener: str) -> bool:
    return EVENT_LISTENER.is_of(document) and name_of(document) != listener


def _started(verdict: Verdict) -> Iterator[Fields]:
    """The PipelineRuns of a verdict; what else a template may create has no place here."""
    if verdict.outcome == STARTS:
        yield from (each for each in verdict.documents if _is_run(each))


def _is_run(document: Fields) -> bool:
    return PIPELINE_RUN.is_of(document) and in_group(document.get("apiVersion"), TEKTON)


def _name(document: Fields) -> str:
    """The name of a run; one is drawn, as on a cluster, where it says but how the name begins."""
    metadata = document["metadata"]
    if metadata.get("name"):
        return str(metadata["name"])
    name = drawn_name(str(metadata.get("generateName") or "run-"), _DRAWN)
    # It is the name from here on: whoever asks again gets the same.
    metadata["name"] = name
    return name


def _plain(verdict: Verdict, taken: Sequence[str]) -> dict[str, object]:
    """A verdict as the page has it; `taken` are names of runs that were started before."""
    names = [name for name in map(_name, _started(verdict)) if name in taken]
    others = [str(each.get("kind")) for each in verdict.documents if not _is_run(each)]
    reason, outcome = verdict.reason, verdict.outcome
    if outcome == STARTS and others:
        reason = f"{', '.join(others)}: only a PipelineRun is run here"
        outcome = outcome if len(others) < len(verdict.documents) else FAILED
    elif names:
        reason, outcome = f"{', '.join(names)} was started before", BEFORE
    return {
        "trigger": line(verdict.trigger),
        "outcome": outcome,
        "reason": line(reason)[:2000],
        "params": {line(name): line(value)[:_SHOWN] for name, value in verdict.params.items()},
    }
