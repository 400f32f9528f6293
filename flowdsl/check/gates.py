"""Tekton's feature flags, as far as admission asks about them.

Source: the ConfigMap `feature-flags` and docs/additional-configs.md; the defaults are those of a fresh installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import attrs

from flowdsl.check.findings import Path, Report
from flowdsl.diagnostics.frozen import frozen
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.conventions import ALPHA, MATRIX_MOST, NESTED, OPT_INS

LEVELS = ("stable", "beta", "alpha")
FLAGS = tuple(each for each in OPT_INS if each != NESTED)


FEATURE_FLAG = Rule("FLOW205", "feature-flag", "needs a feature flag")


@frozen
class Gates:
    """The flags a cluster is run with.

    `api_fields` is `enable-api-fields`; `flags` are the per-feature flags that are on; `max_matrix` is
    `default-max-matrix-combinations-count`. `declared` says whether a document's own opt-in (the annotation
    `flowdsl.dev/alpha`, from `@pipeline(alpha=[...])`) counts too: not where the user has named the cluster's flags.
    """

    api_fields: str = attrs.field(default="beta", validator=attrs.validators.in_(LEVELS))
    flags: frozenset[str] = attrs.field(
        default=frozenset(), validator=attrs.validators.deep_iterable(attrs.validators.in_(FLAGS))
    )
    max_matrix: int = MATRIX_MOST
    declared: bool = True

    @property
    def alpha(self) -> bool:
        """Whether alpha fields are on."""
        return self.api_fields == "alpha"

    def opened(self, names: Iterable[str]) -> Gates:
        """These, and what opt-ins ask for; names that Tekton does not have ask for nothing."""
        wanted = frozenset(names)
        flags, level = self.flags | (wanted & set(FLAGS)), "alpha" if NESTED in wanted else self.api_fields
        return attrs.evolve(self, flags=flags, api_fields=level)

    def of(self, annotations: Mapping[str, str] | None) -> Gates:
        """These, and what a document with these annotations opts in to."""
        said = (annotations or {}).get(ALPHA)
        return self.opened(each.strip() for each in said.split(",")) if said and self.declared else self

    def need(self, level: str, feature: str, path: Path, report: Report) -> None:
        """FLOW205 where the feature's stability is below what the cluster admits."""
        if LEVELS.index(level) > LEVELS.index(self.api_fields):
            report.add(
                FEATURE_FLAG,
                path,
                f"{feature} needs the feature flag enable-api-fields to be {level}; it is {self.api_fields}",
                f"leave it out, or set enable-api-fields: {level} on the cluster and check with --feature-gate {level}",
            )

    def need_flag(self, flag: str, feature: str, path: Path, report: Report) -> None:
        """FLOW205 where a per-feature flag is off."""
        if flag not in self.flags:
            report.add(
                FEATURE_FLAG,
                path,
                f"{feature} needs the feature flag {flag}",
                f"leave it out, or turn the flag on for the cluster and check with --feature-gate {flag}",
            )


DEFAULT_GATES = Gates()
