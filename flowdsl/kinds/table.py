"""The table of kinds: the one place where the name of a kind, of a group or of a version stands.

Everything that does something with a kind looks it up here, by what a document says (`named`, `find`) or by its entry
(`TASK.name`, `TASK.api_version`). CONTRIBUTING.md, "Add a kind", says what else a new one needs.

Sources: cmd/webhook/main.go of Tekton v1.15.0 for what its admission is asked about, and
https://kubernetes.io/docs/reference/kubernetes-api/ for Kubernetes' own.
"""

from __future__ import annotations

from types import MappingProxyType

from flowdsl.kinds import referred
from flowdsl.kinds.kind import Kind

TEKTON = "tekton.dev"
RESOLUTION = "resolution.tekton.dev"
TRIGGERS = "triggers.tekton.dev"
CHAINS = "chains.tekton.dev"
RESULTS = "results.tekton.dev"
ARGO = "argoproj.io"
AS_CODE = "pipelinesascode.tekton.dev"
RBAC = referred.RBAC
AUTHORIZATION = "authorization.k8s.io"
BATCH = "batch"
NETWORKING = "networking.k8s.io"
GATEWAY = "gateway.networking.k8s.io"
KUSTOMIZE = "kustomize.config.k8s.io"

CLOSED = (TEKTON, RESOLUTION, TRIGGERS)
"""Groups whose every kind is in the table: another one is a mistake."""

SERVICE_ACCOUNT = referred.SERVICE_ACCOUNT
CLAIM = referred.CLAIM
SECRET = referred.SECRET
CONFIG_MAP = referred.CONFIG_MAP
ROLE = referred.ROLE
ROLE_BINDING = referred.ROLE_BINDING
CLUSTER_ROLE = referred.CLUSTER_ROLE
CLUSTER_ROLE_BINDING = referred.CLUSTER_ROLE_BINDING
SERVICE = referred.SERVICE
POD = referred.POD
NODE = referred.NODE

TASK = Kind(
    name="Task",
    plural="tasks",
    group=TEKTON,
    models={"v1": "flowdsl.kinds.tasks:Task"},
    former=("v1beta1",),
    defaults="flowdsl.kinds.defaults:task",
    admission="flowdsl.check.taskspec:check_task",
    values="flowdsl.check.pitfalls.values:of_task",
    convert="flowdsl.check.conversion:of_task",
    facets="flowdsl.differ.specs:of_task",
    importer="flowdsl.importer.module:write_task_function",
    served=True,
    prunable=True,
    called=True,
)
# v1beta1 is in every release that has StepActions.
STEP_ACTION = Kind(
    name="StepAction",
    plural="stepactions",
    group=TEKTON,
    version="v1beta1",
    models={"v1beta1": "flowdsl.kinds.tasks:StepAction", "v1alpha1": "flowdsl.kinds.tasks:StepAction"},
    defaults="flowdsl.kinds.defaults:task",
    admission="flowdsl.check.stepaction:check_step_action",
    values="flowdsl.check.pitfalls.values:of_task",
    facets="flowdsl.differ.specs:of_step_action",
    importer="flowdsl.importer.module:write_step_action_function",
    served=True,
    prunable=True,
    called=True,
)
PIPELINE = Kind(
    name="Pipeline",
    plural="pipelines",
    group=TEKTON,
    models={"v1": "flowdsl.kinds.pipelines:Pipeline"},
    former=("v1beta1",),
    defaults="flowdsl.kinds.defaults:pipeline",
    admission="flowdsl.check.pipeline:check_pipeline",
    values="flowdsl.check.pitfalls.values:of_pipeline",
    convert="flowdsl.check.conversion:of_pipeline",
    facets="flowdsl.differ.specs:of_pipeline",
    pipeline=("spec",),
    importer="flowdsl.importer.module:write_pipeline",
    served=True,
    prunable=True,
    called=True,
)
PIPELINE_RUN = Kind(
    name="PipelineRun",
    plural="pipelineruns",
    group=TEKTON,
    models={"v1": "flowdsl.kinds.runs:PipelineRun"},
    former=("v1beta1",),
    defaults="flowdsl.kinds.defaults:pipeline_run",
    admission="flowdsl.check.runs:check_pipeline_run",
    values="flowdsl.check.pitfalls.values:of_run",
    convert="flowdsl.check.conversion:of_pipeline_run",
    facets="flowdsl.differ.specs:of_pipeline_run",
    pipeline=("spec", "pipelineSpec"),
    importer="flowdsl.importer.module:write_run_call",
    served=True,
    is_run=True,
)
TASK_RUN = Kind(
    name="TaskRun",
    plural="taskruns",
    group=TEKTON,
    models={"v1": "flowdsl.kinds.runs:TaskRun"},
    former=("v1beta1",),
    defaults="flowdsl.kinds.defaults:task_run",
    admission="flowdsl.check.runs:check_task_run",
    values="flowdsl.check.pitfalls.values:of_run",
    convert="flowdsl.check.conversion:of_task_run",
    facets="flowdsl.differ.specs:of_task_run",
    importer="flowdsl.importer.module:write_run_call",
    served=True,
    is_run=True,
)
CUSTOM_RUN = Kind(
    name="CustomRun",
    plural="customruns",
    group=TEKTON,
    version="v1beta1",
    models={"v1beta1": "flowdsl.kinds.others:CustomRun"},
    admission="flowdsl.check.others:check_custom_run",
    served=True,
    is_run=True,
)
VERIFICATION_POLICY = Kind(
    name="VerificationPolicy",
    plural="verificationpolicies",
    group=TEKTON,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.others:VerificationPolicy"},
    admission="flowdsl.check.others:check_verification_policy",
)
RESOLUTION_REQUEST = Kind(
    name="ResolutionRequest",
    plural="resolutionrequests",
    group=RESOLUTION,
    version="v1beta1",
    models={
        "v1beta1": "flowdsl.kinds.others:ResolutionRequest",
        "v1alpha1": "flowdsl.kinds.others:AlphaResolutionRequest",
    },
    admission="flowdsl.check.others:check_resolution_request",
)
# Gone from Tekton; what was installed as one is the same file as the Task.
CLUSTER_TASK = Kind(
    name="ClusterTask",
    plural="clustertasks",
    group=TEKTON,
    version="v1beta1",
    gone="write a Task; one of another namespace is fetched by the cluster resolver",
    namespaced=False,
)
INTERCEPTOR = Kind(
    name="Interceptor",
    plural="interceptors",
    group=TRIGGERS,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.triggers.interceptors:Interceptor"},
    defaults="flowdsl.kinds.triggers.defaults:interceptor",
    admission="flowdsl.check.triggers.interceptors:check_interceptor",
    served=True,
    prunable=True,
    addon=True,
)
CLUSTER_INTERCEPTOR = Kind(
    name="ClusterInterceptor",
    plural="clusterinterceptors",
    group=TRIGGERS,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.triggers.interceptors:ClusterInterceptor"},
    defaults="flowdsl.kinds.triggers.defaults:interceptor",
    admission="flowdsl.check.triggers.interceptors:check_interceptor",
    namespaced=False,
    served=True,
)
TRIGGER_TEMPLATE = Kind(
    name="TriggerTemplate",
    plural="triggertemplates",
    group=TRIGGERS,
    version="v1beta1",
    models=dict.fromkeys(("v1beta1", "v1alpha1"), "flowdsl.kinds.triggers.templates:TriggerTemplate"),
    admission="flowdsl.check.triggers.templates:check_trigger_template",
    facets="flowdsl.differ.starts:of_trigger_template",
    served=True,
    prunable=True,
    addon=True,
    called=True,
)
TRIGGER_BINDING = Kind(
    name="TriggerBinding",
    plural="triggerbindings",
    group=TRIGGERS,
    version="v1beta1",
    models=dict.fromkeys(("v1beta1", "v1alpha1"), "flowdsl.kinds.triggers.bindings:TriggerBinding"),
    admission="flowdsl.check.triggers.bindings:check_trigger_binding",
    facets="flowdsl.differ.starts:of_trigger_binding",
    served=True,
    prunable=True,
    addon=True,
    called=True,
)
CLUSTER_TRIGGER_BINDING = Kind(
    name="ClusterTriggerBinding",
    plural="clustertriggerbindings",
    group=TRIGGERS,
    version="v1beta1",
    models=dict.fromkeys(("v1beta1", "v1alpha1"), "flowdsl.kinds.triggers.bindings:ClusterTriggerBinding"),
    admission="flowdsl.check.triggers.bindings:check_trigger_binding",
    facets="flowdsl.differ.starts:of_trigger_binding",
    namespaced=False,
    served=True,
)
TRIGGER = Kind(
    name="Trigger",
    plural="triggers",
    group=TRIGGERS,
    version="v1beta1",
    models={
        "v1beta1": "flowdsl.kinds.triggers.triggers:Trigger",
        "v1alpha1": "flowdsl.kinds.triggers.alpha:AlphaTrigger",
    },
    defaults="flowdsl.kinds.triggers.defaults:trigger",
    admission="flowdsl.check.triggers.triggers:check_trigger",
    facets="flowdsl.differ.starts:of_trigger",
    served=True,
    prunable=True,
    addon=True,
    called=True,
)
EVENT_LISTENER = Kind(
    name="EventListener",
    plural="eventlisteners",
    group=TRIGGERS,
    version="v1beta1",
    models={
        "v1beta1": "flowdsl.kinds.triggers.listeners:EventListener",
        "v1alpha1": "flowdsl.kinds.triggers.alpha:AlphaEventListener",
    },
    defaults="flowdsl.kinds.triggers.defaults:event_listener",
    admission="flowdsl.check.triggers.listeners:check_event_listener",
    facets="flowdsl.differ.starts:of_event_listener",
    served=True,
    prunable=True,
    addon=True,
    called=True,
)
EVENT_BUS = Kind(
    name="EventBus",
    plural="eventbus",
    group=ARGO,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.argo.buses:EventBus"},
    admission="flowdsl.check.argo.buses:check_event_bus",
    served=True,
    addon=True,
)
EVENT_SOURCE = Kind(
    name="EventSource",
    plural="eventsources",
    group=ARGO,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.argo.sources:EventSource"},
    admission="flowdsl.check.argo.sources:check_event_source",
    facets="flowdsl.differ.argo:of_event_source",
    served=True,
    prunable=True,
    addon=True,
    called=True,
)
SENSOR = Kind(
    name="Sensor",
    plural="sensors",
    group=ARGO,
    version="v1alpha1",
    models={"v1alpha1": "flowdsl.kinds.argo.sensors:Sensor"},
    admission="flowdsl.check.argo.sensors:check_sensor",
    facets="flowdsl.differ.argo:of_sensor",
    served=True,
    prunable=True,
    addon=True,
)
CRON_JOB = Kind(
    name="CronJob",
    plural="cronjobs",
    group=BATCH,
    models={"v1": "flowdsl.kinds.jobs:CronJob"},
    admission="flowdsl.check.jobs:check_cron_job",
    served=True,
    prunable=True,
    addon=True,
)
INGRESS = Kind(
    name="Ingress",
    plural="ingresses",
    group=NETWORKING,
    models={"v1": "flowdsl.kinds.ingresses:Ingress"},
    admission="flowdsl.check.ingresses:check_ingress",
    facets="flowdsl.differ.addresses:of_ingress",
    served=True,
    prunable=True,
    addon=True,
)
HTTP_ROUTE = Kind(
    name="HTTPRoute",
    plural="httproutes",
    group=GATEWAY,
    models={"v1": "flowdsl.kinds.routes:HTTPRoute"},
    admission="flowdsl.check.routes:check_http_route",
    facets="flowdsl.differ.addresses:of_http_route",
    served=True,
    prunable=True,
    addon=True,
)
ACCESS_REVIEW = Kind(
    name="SelfSubjectAccessReview", plural="selfsubjectaccessreviews", group=AUTHORIZATION, namespaced=False
)
# Files of kubectl's, which no API server keeps.
LIST = Kind(name="List", plural="", namespaced=False)
KUSTOMIZATION = Kind(name="Kustomization", plural="", group=KUSTOMIZE, version="v1beta1", namespaced=False)

KINDS = tuple(entry for entry in list(globals().values()) if isinstance(entry, Kind))
"""All kinds, in the order of this file: that in which a cluster wants their objects, first what others refer to."""

_NAMED = MappingProxyType({kind.name: kind for kind in KINDS})
_MODELS = MappingProxyType(
    {(kind.name, kind.versioned(version)): model for kind in KINDS for version, model in kind.models.items()}
)
_FORMER = MappingProxyType(
    {(kind.name, kind.versioned(version)): kind for kind in KINDS if kind.convert for version in kind.former}
)
_OF_MODEL = MappingProxyType({model: kind for kind in KINDS for model in kind.models.values()})
MODELLED = tuple(kind for kind in KINDS if kind.models)
"""Those that can be decoded and checked."""
BOUND = tuple(kind for kind in KINDS if kind.volume[0])
"""Those that a volume, or a workspace's binding, can name."""
STARTING = MappingProxyType({"triggers": EVENT_LISTENER, "argo": SENSOR, "cron": CRON_JOB})
"""What starts runs from within a cluster, by its target (`compile --events`)."""
HOLDING = tuple(kind for kind in KINDS if kind.texts or kind.base64)
"""Those that hold a user's data."""


def named(name: object) -> Kind | None:
    """The kind of this name, whatever the apiVersion beside it."""
    return _NAMED.get(name) if isinstance(name, str) else None


def find(name: object, api_version: object) -> Kind | None:
    """The kind of this name in this group: versions are not compared."""
    kind = named(name)
    if kind is None or not isinstance(api_version, str):
        return None
    return kind if _group(api_version) == kind.group else None


def converted(name: object, api_version: object) -> Kind | None:
    """The kind of this name, where this apiVersion is a former one that `convert` turns into the current one."""
    return _FORMER.get((name, api_version)) if isinstance(name, str) and isinstance(api_version, str) else None


def model_path(name: str, api_version: str) -> str:
    """`module:class` of the model of a kind in a version; "" for none."""
    return _MODELS.get((name, api_version), "")


def of_model(path: str) -> Kind | None:
    """The kind whose model, of whatever version, is `module:class`."""
    return _OF_MODEL.get(path)


def in_group(api_version: object, *groups: str) -> bool:
    """Whether an apiVersion is of one of the groups."""
    return isinstance(api_version, str) and _group(api_version) in groups


def _group(api_version: str) -> str:
    group, slash, _ = api_version.partition("/")
    return group if slash else ""
