// Command argo says what Argo Events' own controllers say of documents: it reads JSON lines {"id", "doc"} and writes
// {"id", "accepted", "message"} for each.
//
// With -play it reads {"id", "sensor", "dependency", "data"} instead, and says what becomes of an event with that data:
// {"id", "starts", "message", "run"}.
//
// Their API server checks nothing, since the kinds' schemas are open. The controllers decode loosely; here unknown
// fields are refused, since our models are closed.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/argoproj/argo-events/pkg/apis/events/v1alpha1"
	"github.com/argoproj/argo-events/pkg/reconciler/eventbus"
	"github.com/argoproj/argo-events/pkg/reconciler/eventsource"
	"github.com/argoproj/argo-events/pkg/reconciler/sensor"
	strict "sigs.k8s.io/json"
)

const longestLine = 16 << 20

type question struct {
	ID  string          `json:"id"`
	Doc json.RawMessage `json:"doc"`

	Sensor     v1alpha1.Sensor `json:"sensor"`
	Dependency string          `json:"dependency"`
	Data       json.RawMessage `json:"data"`
}

type answer struct {
	ID       string `json:"id"`
	Accepted bool   `json:"accepted"`
	Message  string `json:"message"`
}

func main() {
	play := flag.Bool("play", false, "play events")
	flag.Parse()
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, longestLine)
	out := json.NewEncoder(os.Stdout)
	for lines.Scan() {
		var asked question
		if err := json.Unmarshal(lines.Bytes(), &asked); err != nil {
			fail(err)
		}
		if *play {
			if err := out.Encode(played(asked)); err != nil {
				fail(err)
			}
			continue
		}
		said := answer{ID: asked.ID, Accepted: true}
		if err := judge(asked.Doc); err != nil {
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

// judge decodes a document and validates it as the controller of its kind does. One that falls over starts nothing.
func judge(doc []byte) (refusal error) {
	defer func() {
		if fell := recover(); fell != nil {
			refusal = fmt.Errorf("the controller panics: %v", fell)
		}
	}()
	var head struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(doc, &head); err != nil {
		return err
	}
	switch head.Kind {
	case "Sensor":
		var it v1alpha1.Sensor
		if err := decode(doc, &it); err != nil {
			return err
		}
		// The bus by default: of one of STAN each event may be named once only.
		return sensor.ValidateSensor(&it, &v1alpha1.EventBus{})
	case "EventSource":
		var it v1alpha1.EventSource
		if err := decode(doc, &it); err != nil {
			return err
		}
		return eventsource.ValidateEventSource(&it)
	case "EventBus":
		var it v1alpha1.EventBus
		if err := decode(doc, &it); err != nil {
			return err
		}
		return eventbus.ValidateEventBus(&it)
	}
	return fmt.Errorf("no kind of Argo Events: %q", head.Kind)
}

func decode(doc []byte, into any) error {
	found, err := strict.UnmarshalStrict(doc, into)
	if err != nil {
		return err
	}
	return errors.Join(found...)
}
