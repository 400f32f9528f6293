package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/tektoncd/pipeline/pkg/apis/config"
	v1 "github.com/tektoncd/pipeline/pkg/apis/pipeline/v1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1alpha1"
	"github.com/tektoncd/pipeline/pkg/apis/pipeline/v1beta1"
	resolutionv1alpha1 "github.com/tektoncd/pipeline/pkg/apis/resolution/v1alpha1"
	resolutionv1beta1 "github.com/tektoncd/pipeline/pkg/apis/resolution/v1beta1"
	"github.com/tektoncd/triggers/pkg/apis/triggers/contexts"
	triggersv1alpha1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1alpha1"
	triggersv1beta1 "github.com/tektoncd/triggers/pkg/apis/triggers/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"knative.dev/pkg/apis"
	strict "knative.dev/pkg/webhook/json"
)

// resource is what the webhooks ask of a kind.
type resource interface {
	apis.Defaultable
	apis.Validatable
}

// kinds makes an empty resource for each apiVersion and kind that Tekton's webhook is asked about. A test compares the
// list with the webhook's own (cmd/webhook/main.go of the module).
var kinds = map[string]func() resource{
	"tekton.dev/v1 Task":                                 func() resource { return &v1.Task{} },
	"tekton.dev/v1 TaskRun":                              func() resource { return &v1.TaskRun{} },
	"tekton.dev/v1 Pipeline":                             func() resource { return &v1.Pipeline{} },
	"tekton.dev/v1 PipelineRun":                          func() resource { return &v1.PipelineRun{} },
	"tekton.dev/v1beta1 Task":                            func() resource { return &v1beta1.Task{} },
	"tekton.dev/v1beta1 TaskRun":                         func() resource { return &v1beta1.TaskRun{} },
	"tekton.dev/v1beta1 Pipeline":                        func() resource { return &v1beta1.Pipeline{} },
	"tekton.dev/v1beta1 PipelineRun":                     func() resource { return &v1beta1.PipelineRun{} },
	"tekton.dev/v1beta1 CustomRun":                       func() resource { return &v1beta1.CustomRun{} },
	"tekton.dev/v1beta1 StepAction":                      func() resource { return &v1beta1.StepAction{} },
	"tekton.dev/v1alpha1 StepAction":                     func() resource { return &v1alpha1.StepAction{} },
	"tekton.dev/v1alpha1 VerificationPolicy":             func() resource { return &v1alpha1.VerificationPolicy{} },
	"resolution.tekton.dev/v1alpha1 ResolutionRequest":   func() resource { return &resolutionv1alpha1.ResolutionRequest{} },
	"resolution.tekton.dev/v1beta1 ResolutionRequest":    func() resource { return &resolutionv1beta1.ResolutionRequest{} },
	"triggers.tekton.dev/v1beta1 EventListener":          func() resource { return &triggersv1beta1.EventListener{} },
	"triggers.tekton.dev/v1beta1 Trigger":                func() resource { return &triggersv1beta1.Trigger{} },
	"triggers.tekton.dev/v1beta1 TriggerTemplate":        func() resource { return &triggersv1beta1.TriggerTemplate{} },
	"triggers.tekton.dev/v1beta1 TriggerBinding":         func() resource { return &triggersv1beta1.TriggerBinding{} },
	"triggers.tekton.dev/v1beta1 ClusterTriggerBinding":  func() resource { return &triggersv1beta1.ClusterTriggerBinding{} },
	"triggers.tekton.dev/v1alpha1 EventListener":         func() resource { return &triggersv1alpha1.EventListener{} },
	"triggers.tekton.dev/v1alpha1 Trigger":               func() resource { return &triggersv1alpha1.Trigger{} },
	"triggers.tekton.dev/v1alpha1 TriggerTemplate":       func() resource { return &triggersv1alpha1.TriggerTemplate{} },
	"triggers.tekton.dev/v1alpha1 TriggerBinding":        func() resource { return &triggersv1alpha1.TriggerBinding{} },
	"triggers.tekton.dev/v1alpha1 ClusterTriggerBinding": func() resource { return &triggersv1alpha1.ClusterTriggerBinding{} },
	"triggers.tekton.dev/v1alpha1 ClusterInterceptor":    func() resource { return &triggersv1alpha1.ClusterInterceptor{} },
	"triggers.tekton.dev/v1alpha1 Interceptor":           func() resource { return &triggersv1alpha1.Interceptor{} },
}

// errUnknown says that the webhook is never asked about such a document, which is no verdict on it.
var errUnknown = errors.New("no kind that Tekton's webhook knows")

// webhooks are Tekton's defaulting and validating admission, for documents being created.
type webhooks struct {
	ctx context.Context
}

// newWebhooks takes feature flags that are set otherwise than by default, by their names in the ConfigMap.
func newWebhooks(set map[string]string) (webhooks, error) {
	ctx := context.Background()
	cfg := config.FromContextOrDefaults(ctx)
	if len(set) > 0 {
		flags, err := config.NewFeatureFlagsFromMap(set)
		if err != nil {
			return webhooks{}, err
		}
		cfg.FeatureFlags = flags
	}
	// Triggers' webhook fills in the kinds of what a trigger refers to by this alone (cmd/webhook/main.go of its module);
	// Tekton's own does not know it.
	ctx = contexts.WithUpgradeViaDefaulting(ctx)
	return webhooks{apis.WithinCreate(config.ToContext(ctx, cfg))}, nil
}

// admit says whether a Tekton webhook is asked about a document at all, what it looks like with its defaults, and why it
// is refused if it is.
func (w webhooks) admit(doc []byte) (seen bool, defaulted []byte, refusal error) {
	var head struct {
		APIVersion string `json:"apiVersion"`
		Kind       string `json:"kind"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return true, nil, fmt.Errorf("cannot decode: %w", err)
	}
	if !ours(head.APIVersion) {
		return false, nil, nil
	}
	newResource, known := kinds[head.APIVersion+" "+head.Kind]
	if !known {
		return true, nil, fmt.Errorf("%w: %s %s", errUnknown, head.APIVersion, head.Kind)
	}
	// A webhook that panics answers nothing, and the API server refuses what it was asked about.
	defer func() {
		if fell := recover(); fell != nil {
			refusal = fmt.Errorf("the webhook panics: %v", fell)
		}
	}()
	seen = true
	defaulted, err := w.mutate(doc, newResource())
	if err != nil {
		return true, nil, err
	}
	return true, defaulted, w.validate(defaulted, newResource())
}

// ours says whether an apiVersion is of a group that a webhook of Tekton's is asked about.
func ours(apiVersion string) bool {
	for _, group := range []string{"tekton.dev/", "resolution.tekton.dev/", "triggers.tekton.dev/"} {
		if strings.HasPrefix(apiVersion, group) {
			return true
		}
	}
	return false
}

// mutate is the defaulting webhook: what it sends back is the document with its defaults.
func (w webhooks) mutate(doc []byte, into resource) ([]byte, error) {
	if err := strict.Decode(doc, into, true); err != nil {
		return nil, fmt.Errorf("cannot decode: %w", err)
	}
	into.SetDefaults(w.ctx)
	if object, ok := into.(metav1.Object); ok && object.GetName() == "" && object.GetGenerateName() != "" {
		// The API server makes the name up before it asks the validating webhook.
		object.SetName(object.GetGenerateName() + "abcde")
	}
	return json.Marshal(into)
}

// validate is the validating webhook, which decodes afresh what the defaulting one made. Warnings refuse nothing.
func (w webhooks) validate(doc []byte, into resource) error {
	if err := strict.Decode(doc, into, true); err != nil {
		return fmt.Errorf("cannot decode after defaulting: %w", err)
	}
	if found := into.Validate(w.ctx).Filter(apis.ErrorLevel); found != nil {
		return found
	}
	return nil
}
