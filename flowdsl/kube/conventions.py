"""Names and limits that documents carry and several parts of flowdsl read: ours, Tekton's and Kubernetes'.

Names of kinds and groups stand in `flowdsl.kinds.table`, labels that Tekton writes in `flowdsl.kinds.labels`, exit
codes in `flowdsl.diagnostics.errors`.
"""

from __future__ import annotations

# Labels and annotations.
ALPHA = "flowdsl.dev/alpha"
"""Annotation: the alpha features a document was written for, by Tekton's flags, with commas between them.

The compiler writes it where a pipeline opts in; whoever checks the document later knows what its cluster has.
"""
ARCHITECTURE = "kubernetes.io/arch"
"""Label of a node: its architecture, in Go's words: amd64, arm64.

https://kubernetes.io/docs/reference/labels-annotations-taints/
"""
CEL = "enable-cel-in-whenexpression"
"""Tekton's flag for conditions in CEL (docs/pipelines.md)."""
DECIDED = "decided-"
"""How results begin that tell whether a condition holds."""
FILLED = "filled-"
"""How those begin that tell whether a list has elements; `simulate` knows by it that a fan-out has something to do."""
GIVES_BACK = ("result-", "The result ")
"""How name and display name begin of a task that nobody wrote: it gives back a result of the branch that ran."""
ENUMS = "enable-param-enum"
"""Tekton's flag for params that take one of a few texts (docs/tasks.md, "Param enum")."""
NESTED = "pipelines-in-pipelines"
"""An opt-in that is no flag of its own in Tekton: it takes `enable-api-fields: alpha`."""
OPT_INS = ("enable-artifacts", CEL, "enable-concise-resolver-syntax", ENUMS, NESTED)
"""What a pipeline can opt in to: Tekton's flags (pkg/apis/config/feature_flags.go), and ours."""
CACHE = "flowdsl.dev/cache"
"""Annotation of a Task: a local run may take what it gave before. TaskRuns inherit it."""
CACHE_HIT = "flowdsl.dev/cache-hit"
"""Annotation of a TaskRun of a local run that took what another had given."""
VARIANT_OF = "flowdsl.dev/variant-of"
"""Annotation of a Task that is another one, with what a single use asks for: that other one's name."""
CONDITIONS_SHOWN = "flowdsl.dev/conditions"
"""Annotation of a Pipeline: by the result that decides it, each condition as its author wrote it, as JSON."""
BUILDS = "flowdsl.dev/builds"
"""Annotation of a task that builds an image with packages, its name: a local run, which needs none, builds none."""
OWNED_BY = "pipelines.flowdsl.dev/"
"""Label of an applied object, the pipeline's name behind it: who owns it."""
RETRY_OF = "flowdsl.dev/retry-of"
"""Annotation of a run that is another's second try."""
RETRIED_TASK = "flowdsl.dev/task"
"""Label of a TaskRun that is run again by itself: its task."""
BUNDLE = "flowdsl.dev/bundle"
"""Label of a ConfigMap that holds modules of a project: the hash of its content, which its name has, too."""
REQUEST = "flowdsl.dev/request"
"""Annotation of a submitted run: which request made it, so that one sent twice is seen."""
STARTED_BY = "flowdsl.dev/started-by"
"""Label of a run: which of the pipeline's `on=[...]` made it."""
NEWEST_OF = "flowdsl.dev/newest-of"
"""Annotation of a run: what it is the newest run of, where a newer one ends it."""
KUEUE = "kueue.x-k8s.io"
"""The group of Kueue's API."""
LOCAL_QUEUES, CLUSTER_QUEUES = "localqueues", "clusterqueues"
"""Its resources that we read."""
QUEUE = f"{KUEUE}/queue-name"
"""Label of Kueue's: the LocalQueue that a pod waits in
(https://kueue.sigs.k8s.io/docs/tasks/run/external_workloads/tektoncd/)."""
MANAGED = "app.kubernetes.io/managed-by"
"""Label of what a program made, by Kubernetes' recommendation: its name."""
MANAGED_BY = {MANAGED: "flowdsl"}

# Workspaces and volumes of what we compile.
OUTPUTS = "outputs"
"""The workspace of a Task that its File results are written to."""
RUN_VOLUME = "files"
"""The workspace of a Pipeline that is the run's own volume."""
PACKAGES = "flowdsl-packages"
"""The volume of a Task with `packages_cache`."""
PACKAGES_PATH = "/flowdsl/packages"
"""Where it is mounted."""
BUNDLE_NAME = "flowdsl-code"
"""The volume of a Task whose modules come as a ConfigMap, and what such a ConfigMap's name begins with."""
BUNDLE_PATH = "/flowdsl/code"
"""Where it is mounted."""
PACKAGES_IMAGE = "packages-image"
"""The param of a Task that says which image has its packages, where the pipeline builds it."""
SCRATCH = "scratch"
"""What the volumes of a Task are called that have no name of their own, before a number."""

# Folders of a step (pkg/pipeline/paths.go of Tekton v1.15.0).
WORKSPACE_PATH = "/workspace"
"""Where Tekton mounts workspaces, and a step's working folder where none is given."""
TEKTON_PATH = "/tekton"
HOME_PATH = f"{TEKTON_PATH}/home"
SCRIPTS_PATH = f"{TEKTON_PATH}/scripts"
RESULTS_PATH = f"{TEKTON_PATH}/results"

# Limits.
PORT_MOST = 65535
"""The last port there is."""
NAME_MOST = 63
"""Characters of a label's value, and so of names that become one (RFC 1123)."""
CRON_JOB_NAME_MOST = 52
"""Characters of a CronJob's name: those of its Jobs have eleven more.

https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/
"""
MATRIX_MOST = 256
"""Tekton's `default-max-matrix-combinations-count` (docs/matrix.md)."""
OBJECT_MOST = 1_572_864
"""Bytes of an object: etcd's default limit for one request, 1.5 MiB."""
CONFIG_MAP_MOST = 1024 * 1024
"""Bytes of all values of a ConfigMap: MaxSecretSize in ValidateConfigMap of Kubernetes' pkg/apis/core/validation."""
MESSAGE_MOST = 4096
"""Bytes of a container's termination message, in which Tekton carries results (docs/tasks.md, "Emitting Results")."""
ARGUMENT_MOST = 128 * 1024
"""Bytes of one argument of a process: MAX_ARG_STRLEN of execve(2)."""

DEFAULT_TIMEOUT = 3600
"""Seconds of a TaskRun, or of a PipelineRun, that says nothing: Tekton's `default-timeout-minutes` is 60
(docs/additional-configs.md)."""
DEFAULT_TIMEOUT_TEXT = "1h0m0s"
"""The same as Go writes it."""

# Users.
UNPRIVILEGED = 65532
"""The user and group that images seldom define themselves: `nonroot` of the distroless images."""
