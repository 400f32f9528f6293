"""The Secrets by which senders prove themselves: given at the command line, never kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

import attrs

from flowdsl.diagnostics import Finding, Location, UsageError
from flowdsl.diagnostics.escape import line
from flowdsl.events.matching import Cluster, Fields
from flowdsl.events.sink.interceptors import Secrets
from flowdsl.kube.object_names import is_subdomain
from flowdsl.library.rules import SECRET_NOT_GIVEN
from flowdsl.library.serve.served import Served
from flowdsl.library.triggering import read_secret

_MARK = "\x00"
"""No header has it: what stands in place of a secret in a header that is kept, with the Secret's name behind it."""
_NEVER = frozenset({"authorization", "cookie", "proxy-authorization"})
_PROVE = frozenset({"x-gitlab-token", "x-webhook-token"})
"""Headers that are secrets themselves: a wrong one may be right elsewhere."""
_COMPARED = re.compile(r"compareSecret\(\s*'([^']*)',\s*'([^']*)'")


@attrs.frozen
class Known:
    """What Secrets hold, by name and key; the key is "" where one was not named."""

    values: Mapping[tuple[str, str], str] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of(cls, files: Sequence[str], variables: Sequence[str], environment: Mapping[str, str]) -> Known:
        """From `NAME=FILE` and `NAME=VARIABLE`, where NAME may be `NAME/KEY`. Raises UsageError."""
        found: dict[tuple[str, str], str] = {}
        for text in files:
            secret, file = _split(text, "--secret-file", "FILE")
            found[secret] = read_secret(file)
        for text in variables:
            secret, variable = _split(text, "--secret-env", "VARIABLE")
            if variable not in environment:
                raise UsageError(f"--secret-env: there is no variable {line(variable)} in the environment")
            found[secret] = environment[variable]
        for (name, _), value in found.items():
            if not value:
                raise UsageError(f"the Secret {line(name)} is empty: anybody could sign with it")
        return cls(found)

    def secrets(self) -> Secrets:
        """As interceptors ask for them: what is not here proves nothing."""
        return Secrets(dict(self.values))

    def hidden(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Headers to keep: without what proves anything by itself."""
        kept = []
        for name, value in headers:
            if name.lower() in _NEVER:
                continue
            hidden = value
            for (secret, key), text in self.values.items():
                hidden = hidden.replace(text, f"{_MARK}{secret}/{key}{_MARK}")
            kept.append((name, "" if name.lower() in _PROVE and hidden == value else hidden))
        return kept

    def shown(self, headers: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
        """Such headers as they came."""
        found = []
        for name, value in headers:
            for (secret, key), text in self.values.items():
                value = value.replace(f"{_MARK}{secret}/{key}{_MARK}", text)  # noqa: PLW2901
            found.append((name, value))
        return found


def missing(all_served: Sequence[Served], known: Known) -> list[Finding]:
    """FLOW399 for each Secret that a listener asks for and that is not known: what it checks starts nothing."""
    found = []
    for served in all_served:
        cluster = Cluster(served.documents)
        asked = {pair for listener in served.listeners() for pair in _asked(cluster, listener)}
        for name, key in sorted(asked):
            if (name, key) not in known.values and (name, "") not in known.values:
                message = f"the Secret {name!r} (key {key!r}) is not here: what has to be signed by it starts nothing"
                hint = f"give it: `--secret-file {name}=FILE` or `--secret-env {name}=VARIABLE`"
                found.append(SECRET_NOT_GIVEN.finding(message, Location(served.words[0], 1), hint=hint))
    return found


def _asked(cluster: Cluster, listener: Fields) -> Iterator[tuple[str, str]]:
    """The name and key of each Secret that a signature is checked with."""
    for trigger, group in cluster.triggers(listener):
        for each in (*((group or {}).get("interceptors") or ()), *(trigger.spec.get("interceptors") or ())):
            for param in each.get("params") or ():
                value = param.get("value")
                if param.get("name") == "secretRef" and isinstance(value, dict):
                    yield str(value.get("secretName")), str(value.get("secretKey"))
                elif param.get("name") == "filter" and isinstance(value, str):
                    yield from ((name, key) for key, name in _COMPARED.findall(value))


def _split(text: str, option: str, what: str) -> tuple[tuple[str, str], str]:
    named, equals, value = text.partition("=")
    name, _, key = named.partition("/")
    if not equals or not value or not is_subdomain(name):
        raise UsageError(f"{option} takes NAME={what}, the name of a Secret first: {line(named)!r} is none")
    return (name, key), value
