"""What a compile finds in what it made, and in the values that are given for the run."""

from __future__ import annotations

from flowdsl.diagnostics import Severity
from flowdsl.diagnostics.rule import Rule

UNKNOWN_RUN_PARAM = Rule("FLOW020", "unknown-run-param", "unknown param given to the run")
RUN_VALUE_TYPE = Rule("FLOW021", "run-value-type", "value given to the run has the wrong type")
RUN_LACKS_VALUES = Rule("FLOW022", "run-lacks-values", "the run lacks values", Severity.NOTE)
UNCHECKED_RAW_DOCUMENT = Rule("FLOW024", "unchecked-raw-document", "nothing checked a raw document", Severity.NOTE)
POD_OPTIONS_WITHOUT_RUN = Rule(
    "FLOW033", "pod-options-without-run", "what a task asks of its pod, and no run says", Severity.WARNING
)
VARIANT_NOT_EMITTED = Rule(
    "FLOW034", "variant-not-emitted", "a use of a task whose Task a manifest leaves out", Severity.WARNING
)
IMAGE_ON_A_TAG = Rule("FLOW076", "image-on-a-tag", "an image with packages built on a tag", Severity.WARNING)
IMAGE_BUILT_TWO_WAYS = Rule("FLOW077", "image-built-two-ways", "one image built in two ways")
PACKAGES_FOR_UNKNOWN_MACHINE = Rule("FLOW078", "packages-for-unknown-machine", "packages for an unknown architecture")
NO_LOCK_FILE = Rule("FLOW086", "no-lock-file", "packages without a lock file")
STALE_LOCK_FILE = Rule("FLOW087", "stale-lock-file", "a stale lock file")
PACKAGES_FOR_UNKNOWN_PYTHON = Rule("FLOW088", "packages-for-unknown-python", "packages for an unknown Python")
PACKAGES_WITHOUT_BODY = Rule("FLOW089", "packages-without-body", "packages for a task without a body")
UNREADABLE_LOCK_FILE = Rule("FLOW092", "unreadable-lock-file", "a lock file that can't be read")
PROFILE_MISSES = Rule("FLOW097", "profile-misses", "a profile that misses its task or param", Severity.WARNING)
RUN_OPTIONS_WITHOUT_RUN = Rule(
    "FLOW098", "run-options-without-run", "options of a run that is not emitted", Severity.WARNING
)
PROFILE_OF_OTHERS = Rule(
    "FLOW099", "profile-of-others", "a profile that speaks of what the pipeline does not have", Severity.NOTE
)
HALF_SURROGATE = Rule("FLOW113", "half-surrogate", "a text that is no UTF-8")
