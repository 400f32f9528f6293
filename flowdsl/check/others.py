"""CustomRun, VerificationPolicy and ResolutionRequest, as Tekton's webhook checks them.

Sources: pkg/apis/pipeline/v1beta1/customrun_validation.go, pkg/apis/pipeline/v1alpha1/verificationpolicy_validation.go,
pkg/apis/resolution/v1beta1/resolution_request_validation.go (v1.15.0).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.names import check_metadata, check_unique
from flowdsl.check.params import check_given
from flowdsl.check.workspaces import check_binding
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.labels import RESOLVER_TYPE

# The models load with the first document of theirs, while the rules are known to every lint.
if TYPE_CHECKING:
    from flowdsl.kinds.others import (
        AlphaResolutionRequest,
        CustomRun,
        KeyRef,
        ResolutionRequest,
        VerificationPolicy,
    )

_SPEC: Path = ("spec",)
_HASHES = ("", "sha224", "sha256", "sha384", "sha512")
_MODES = ("", "enforce", "warn")
_KEYS = ("data", "kms", "secretRef")


CUSTOM_RUN = Rule("FLOW250", "custom-run", "a CustomRun that can't run")


def check_custom_run(run: CustomRun, _: Gates, report: Report) -> None:
    """FLOW250: what runs is named, once, with its apiVersion and kind; the rest is as in any run."""
    from flowdsl.kinds.others import CustomRunSpec

    check_metadata(run.metadata, report)
    spec = run.spec or CustomRunSpec()
    given = [name for name in ("customRef", "customSpec") if getattr(spec, name) is not None]
    if len(given) != 1:
        message = f"the CustomRun has {'both' if given else 'neither'} customRef {'and' if given else 'nor'} customSpec"
        report.add(CUSTOM_RUN, _SPEC, message, "name the custom task: `customRef: {apiVersion: …, kind: …}`")
    for name in given if len(given) == 1 else ():
        for field in ("apiVersion", "kind"):
            if not getattr(getattr(spec, name), field):
                hint = f"add `{field}:` of the custom task"
                report.add(CUSTOM_RUN, (*_SPEC, name), f"{name} has no {field}", hint)
    if spec.statusMessage and not spec.status:
        hint = "leave it out; Tekton writes it where it cancels the run"
        report.add(CUSTOM_RUN, (*_SPEC, "statusMessage"), "there is a statusMessage without a status", hint)
    check_given(spec.params, (*_SPEC, "params"), report, fold=True)
    for index, binding in enumerate(spec.workspaces or ()):
        check_binding(binding, (*_SPEC, "workspaces", index), report)
    names = [each.name for each in spec.workspaces or ()]
    check_unique(names, (*_SPEC, "workspaces"), "workspace", report, fold=True)


VERIFICATION_POLICY = Rule("FLOW251", "verification-policy", "a VerificationPolicy that verifies nothing")


def check_verification_policy(policy: VerificationPolicy, _: Gates, report: Report) -> None:
    """FLOW251: patterns that Go can compile, authorities with one key each, a known mode."""
    from flowdsl.kinds.others import VerificationPolicySpec
    from flowdsl.kube.go_regexp import regexp_error

    check_metadata(policy.metadata, report)
    spec = policy.spec or VerificationPolicySpec()
    for field, example in (("resources", "[{pattern: https://…}]"), ("authorities", "[{name: …, key: {…}}]")):
        if not getattr(spec, field):
            report.add(VERIFICATION_POLICY, _SPEC, f"the policy has no {field}", f"add `{field}: {example}`")
    for index, each in enumerate(spec.resources or ()):
        problem = regexp_error(each.pattern or "")
        if problem:
            at = (*_SPEC, "resources", index, "pattern")
            report.add(
                VERIFICATION_POLICY,
                at,
                f"the pattern is no regular expression of Go's: {problem}",
                "see pkg.go.dev/regexp",
            )
    for index, authority in enumerate(spec.authorities or ()):
        if authority.key is not None:
            _check_key(authority.key, (*_SPEC, "authorities", index, "key"), report)
    if (spec.mode or "") not in _MODES:
        report.add(VERIFICATION_POLICY, (*_SPEC, "mode"), f"there is no mode {spec.mode!r}", "it is enforce or warn")


def _check_key(key: KeyRef, path: Path, report: Report) -> None:
    given = [name for name in _KEYS if getattr(key, name) not in (None, "")]
    if len(given) != 1:
        what = " and ".join(given) if given else "none of its sources"
        report.add(VERIFICATION_POLICY, path, f"the key has {what}", f"give it one of {', '.join(_KEYS)}")
    if (key.hashAlgorithm or "").lower() not in _HASHES:
        at = (*path, "hashAlgorithm")
        report.add(
            VERIFICATION_POLICY, at, f"there is no hash {key.hashAlgorithm!r}", f"it is one of {', '.join(_HASHES[1:])}"
        )


RESOLUTION_REQUEST = Rule("FLOW252", "resolution-request", "a ResolutionRequest without its resolver")


def check_resolution_request(request: ResolutionRequest | AlphaResolutionRequest, _: Gates, report: Report) -> None:
    """FLOW252: a label says which resolver is asked."""
    metadata = request.metadata
    if not ((metadata.labels if metadata else None) or {}).get(RESOLVER_TYPE):
        hint = f"add `{RESOLVER_TYPE}: git`, or the name of another resolver; Tekton makes these objects itself"
        report.add(RESOLUTION_REQUEST, ("metadata",), f"the request has no label {RESOLVER_TYPE}", hint)
