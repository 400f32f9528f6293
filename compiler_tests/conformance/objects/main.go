// Command objects says what the API server says of Kubernetes' own objects, and of an HTTPRoute: it reads JSON lines
// {"id", "doc"} and writes {"id", "accepted", "message"} for each.
//
// A document is decoded strictly, as `kubectl apply` asks for, and goes the way of a create: defaults, the strategy of
// its kind, validation. For an HTTPRoute that is the schema of -crd, with its rules in CEL.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	_ "k8s.io/kubernetes/pkg/apis/batch/install"
	"k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	_ "k8s.io/kubernetes/pkg/apis/networking/install"
	_ "k8s.io/kubernetes/pkg/apis/rbac/install"
	"k8s.io/kubernetes/pkg/registry/batch/cronjob"
	"k8s.io/kubernetes/pkg/registry/core/configmap"
	"k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim"
	"k8s.io/kubernetes/pkg/registry/core/secret"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/serviceaccount"
	"k8s.io/kubernetes/pkg/registry/networking/ingress"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrole"
	"k8s.io/kubernetes/pkg/registry/rbac/clusterrolebinding"
	"k8s.io/kubernetes/pkg/registry/rbac/role"
	"k8s.io/kubernetes/pkg/registry/rbac/rolebinding"
)

const longestLine = 16 << 20

var strategies = map[string]rest.RESTCreateStrategy{
	"ClusterRole":           clusterrole.Strategy,
	"ClusterRoleBinding":    clusterrolebinding.Strategy,
	"ConfigMap":             configmap.Strategy,
	"CronJob":               cronjob.Strategy,
	"Ingress":               ingress.Strategy,
	"PersistentVolumeClaim": persistentvolumeclaim.Strategy,
	"Role":                  role.Strategy,
	"RoleBinding":           rolebinding.Strategy,
	"Secret":                secret.Strategy,
	"Service":               service.Strategy,
	"ServiceAccount":        serviceaccount.Strategy,
}

var decoder = serializer.NewCodecFactory(legacyscheme.Scheme, serializer.EnableStrict).UniversalDecoder(
	legacyscheme.Scheme.PrioritizedVersionsAllGroups()...,
)

type question struct {
	ID  string          `json:"id"`
	Doc json.RawMessage `json:"doc"`
}

type answer struct {
	ID       string `json:"id"`
	Accepted bool   `json:"accepted"`
	Message  string `json:"message"`
}

func main() {
	crd := flag.String("crd", "", "the definition of HTTPRoute")
	flag.Parse()
	route, err := newDefinition(*crd)
	if err != nil {
		fail(err)
	}
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		said := answer{ID: asked.ID, Accepted: true}
		if err := judge(asked.Doc, route); err != nil {
			said.Accepted, said.Message = false, err.Error()
		}
		if err := out.Encode(said); err != nil {
			fail(err)
		}
	}
	if err := lines.Err(); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func judge(doc []byte, route *definition) error {
	var head metav1.TypeMeta
	if err := json.Unmarshal(doc, &head); err != nil {
		return err
	}
	if head.Kind == route.kind {
		return route.judge(doc)
	}
	strategy, known := strategies[head.Kind]
	if !known {
		return fmt.Errorf("this program does not judge a %q", head.Kind)
	}
	object, err := decoded(doc)
	if err != nil {
		return err
	}
	return created(object, strategy)
}

// decoded is the object as the API server holds it: of the internal version, with defaults.
func decoded(doc []byte) (runtime.Object, error) {
	found, _, err := decoder.Decode(doc, nil, nil)
	if err != nil {
		return nil, err
	}
	internal := runtime.InternalGroupVersioner
	return legacyscheme.Scheme.UnsafeConvertToVersion(found, internal)
}

func created(object runtime.Object, strategy rest.RESTCreateStrategy) error {
	about, err := meta.Accessor(object)
	if err != nil {
		return err
	}
	if asked, is := object.(*core.Service); is && len(asked.Spec.ClusterIPs) == 0 && asked.Spec.ClusterIP != "" {
		// As the storage of services does first (normalizeClusterIPs).
		asked.Spec.ClusterIPs = []string{asked.Spec.ClusterIP}
	}
	about.SetCreationTimestamp(metav1.Now())
	about.SetUID(types.UID("0"))
	if about.GetName() == "" && about.GetGenerateName() != "" {
		about.SetName(strategy.GenerateName(about.GetGenerateName()))
	}
	namespace := ""
	if strategy.NamespaceScoped() {
		namespace = about.GetNamespace()
		if namespace == "" {
			namespace = "default"
		}
	}
	return rest.BeforeCreate(strategy, request.WithNamespace(context.Background(), namespace), object)
}
