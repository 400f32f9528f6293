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
UNKNOWN_START_PARAM = Rule("FLOW362", "unknown-start-param", "a start gives a param that the pipeline does not have")
START_LACKS_PARAM = Rule("FLOW363", "start-lacks-param", "a start leaves a required param without a value")
CRON = Rule("FLOW365", "cron", "times that are no schedule")
TIME_ZONE = Rule("FLOW366", "time-zone", "an unknown time zone")
START_TWICE = Rule("FLOW367", "start-twice", "two starts of one name, or a name that is none")
NOT_ON_TARGET = Rule("FLOW368", "not-on-target", "what a target, or a provider, can't do")
NOT_PLAYED = Rule("FLOW448", "not-played", "a start that this machine can't play", Severity.NOTE)
AT_LEAST_ONCE = Rule("FLOW371", "at-least-once", "a webhook that starts a run for each request", Severity.NOTE)
HEARD_TWICE = Rule("FLOW442", "heard-twice", "a request for which two listeners start a run each", Severity.WARNING)
UNSIGNED = Rule("FLOW372", "unsigned", "whoever reaches the address starts runs", Severity.WARNING)
NOTHING_STARTS = Rule("FLOW373", "nothing-starts", "events are asked for, and nothing starts a run")
NO_TOKEN = Rule("FLOW374", "no-token", "the files of a pull request without a token to ask for them")
NO_NAMESPACE = Rule("FLOW375", "no-namespace", "what starts a run without a namespace")
ARGO_LACKS = Rule("FLOW387", "argo-lacks", "what Argo Events has to be told")
NOT_ON_ARGO = Rule("FLOW388", "not-on-argo", "what Argo Events can't do")
NOT_IN_LUA = Rule("FLOW389", "not-in-lua", "a condition that Argo Events can't ask")
LISTENER_TLS = Rule("FLOW486", "listener-tls", "TLS that a listener can't speak")
NO_PROVIDER = Rule("FLOW376", "no-provider", "Git events of no provider")
NAMED_ANEW = Rule("FLOW382", "named-anew", "an event that is sent again starts another run", Severity.NOTE)
NOT_SAID_AS_CODE = Rule("FLOW383", "not-said-as-code", "what Pipelines-as-Code can't say")
REPLACED_TEXT = Rule("FLOW384", "replaced-text", "a text that Pipelines-as-Code replaces")
NOT_CREATED = Rule("FLOW385", "not-created", "what Pipelines-as-Code does not create", Severity.NOTE)
OWN_WAY = Rule("FLOW386", "own-way", "an argument that Pipelines-as-Code takes no notice of", Severity.WARNING)
NOT_REPORTED = Rule("FLOW393", "not-reported", "a report that no provider can be given")
NO_ADDRESS = Rule("FLOW394", "no-address", "a report to a provider without an address")
NO_LINK = Rule("FLOW487", "no-link", "a status without the page that it has to name")
LIMIT = Rule("FLOW395", "limit", "a limit that is no count")
LIMIT_NOT_ON_TARGET = Rule("FLOW396", "limit-not-on-target", "a limit that a target can't hold")
ORDER_OF_ELEMENTS = Rule(
    "FLOW056", "order-of-elements", "results of a fan-out in another order than its list", Severity.WARNING
)
