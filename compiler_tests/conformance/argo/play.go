package main

import (
	"fmt"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/sensors/dependencies"
	"github.com/argoproj/argo-events/pkg/sensors/triggers"
	cloudevents "github.com/cloudevents/sdk-go/v2"
)

type outcome struct {
	ID      string         `json:"id"`
	Starts  bool           `json:"starts"`
	Message string         `json:"message"`
	Run     map[string]any `json:"run,omitempty"`
}

// played is what a Sensor's pod does with an event (pkg/sensors/listener.go): transform it, filter it, and put it into
// the object of the trigger that waits for it.
func played(asked question) outcome {
	said := outcome{ID: asked.ID}
	if err := said.play(asked); err != nil {
		said.Starts, said.Message, said.Run = false, err.Error(), nil
	}
	return said
}

func (said *outcome) play(asked question) error {
	event := cloudevents.NewEvent()
	event.SetID("1")
	event.SetType("webhook")
	event.SetSource("source")
	if err := event.SetData(cloudevents.ApplicationJSON, []byte(asked.Data)); err != nil {
		return err
	}
	for _, dependency := range asked.Sensor.Spec.Dependencies {
		if dependency.Name != asked.Dependency {
			continue
		}
		changed, err := dependencies.ApplyTransform(&event, dependency.Transform)
		if err != nil {
			return err
		}
		sent := &v1alpha1.Event{
			Context: &v1alpha1.EventContext{DataContentType: changed.Context.GetDataContentType()},
			Data:    changed.Data(),
		}
		passes, err := dependencies.Filter(sent, dependency.Filters, dependency.FiltersLogicalOperator)
		if err != nil || !passes {
			return err
		}
		return said.create(asked.Sensor, dependency.Name, sent)
	}
	return fmt.Errorf("there is no dependency %q", asked.Dependency)
}

func (said *outcome) create(sensor v1alpha1.Sensor, name string, sent *v1alpha1.Event) error {
	for _, trigger := range sensor.Spec.Triggers {
		if trigger.Template.Conditions != name {
			continue
		}
		object, err := triggers.FetchKubernetesResource(trigger.Template.K8s.Source)
		if err != nil {
			return err
		}
		events := map[string]*v1alpha1.Event{name: sent}
		if err := triggers.ApplyResourceParameters(events, trigger.Template.K8s.Parameters, object); err != nil {
			return err
		}
		said.Starts, said.Run = true, object.Object
		return nil
	}
	return fmt.Errorf("no trigger waits for %q", name)
}
