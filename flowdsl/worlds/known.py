"""What a pipeline says of its params before any run: the usual value, all that there are, lists that are empty."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from flowdsl.kinds.values import decoded
from flowdsl.worlds.guards import Domain, domains
from flowdsl.worlds.joint import Joint
from flowdsl.worlds.model import Model


@attrs.frozen
class Known:
    """The domain of every text that a guard reads, by the text; and the lists that are usually empty.

    `joints` has those of several texts that can't be all that each of them can be, by each of the texts.
    """

    domains: Mapping[str, Domain] = attrs.field(factory=dict)
    empty: frozenset[str] = frozenset()
    joints: Mapping[str, Joint] = attrs.field(factory=dict)


def known_of(model: Model) -> Known:
    """What the params' declarations say, and the values of the run over them."""
    declared = {spec["name"]: spec for spec in model.spec.get("params") or ()}
    values = {name: decoded(spec["default"]) for name, spec in declared.items() if spec.get("default") is not None}
    values |= {param["name"]: decoded(param.get("value")) for param in model.run.get("params") or ()}
    texts = {f"$(params.{name})": value for name, value in values.items()}
    # A default that refers to other params is whatever those make of it.
    usual = {text: value for text, value in texts.items() if isinstance(value, str) and "$(" not in value}
    enums = {f"$(params.{name})": tuple(spec["enum"]) for name, spec in declared.items() if spec.get("enum")}
    joints = {text: joint for joint in model.joints for text in joint.texts}
    usual |= {text: joint.rows[0][joint.texts.index(text)] for text, joint in joints.items()}
    found = domains((guard for task in model.tasks.values() for guard in task.guards), usual, enums)
    empty = frozenset(f"{text[:-1]}[*])" for text, value in texts.items() if value == [])
    return Known({each.text: each for each in found}, empty, joints)
