//go:build ignore

// Command record asks Pipelines-as-Code v0.43.0 itself which runs an event starts, and with which params.
//
// Its module cannot be had from the Go proxy (the checksum database does not know it), so that nothing builds it here:
// unpack the release with its vendor/, put this file into cmd/record, `go build -mod=vendor ./cmd/record`, and run
// `python compiler_tests/unit/as_code_cases.py PROGRAM > compiler_tests/unit/as_code_recorded.json`.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/openshift-pipelines/pipelines-as-code/pkg/apis/pipelinesascode/v1alpha1"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/customparams"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/events"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/matcher"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/params"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/params/info"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/provider"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/provider/gitea"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/provider/github"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/provider/gitlab"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/resolve"
	"github.com/openshift-pipelines/pipelines-as-code/pkg/templates"
	testprovider "github.com/openshift-pipelines/pipelines-as-code/pkg/test/provider"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
)

type Case struct {
	Provider string            `json:"provider"`
	Headers  map[string]string `json:"headers"`
	Body     string            `json:"body"`
	Files    []string          `json:"files"`
	Template string            `json:"template"`
}

type Run struct {
	Name   string            `json:"name"`
	Params map[string]string `json:"params"`
}

type Answer struct {
	Detected bool     `json:"detected"`
	Reason   string   `json:"reason"`
	Error    string   `json:"error"`
	Matched  []Run    `json:"matched"`
	Log      []string `json:"log"`
	Event    any      `json:"event"`
}

func one(c Case) (a Answer) {
	defer func() {
		if r := recover(); r != nil {
			a.Error = fmt.Sprintf("panic: %v", r)
		}
	}()
	ctx := context.Background()
	core, logs := observer.New(zapcore.InfoLevel)
	logger := zap.New(core).Sugar()
	defer func() {
		for _, e := range logs.All() {
			a.Log = append(a.Log, e.Message)
		}
	}()
	req, _ := http.NewRequest(http.MethodPost, "http://x/", strings.NewReader(c.Body))
	for k, v := range c.Headers {
		req.Header.Set(k, v)
	}
	run := &params.Run{}
	run.Clients.Log = logger
	pac := &info.PacOpts{}
	var p provider.Interface
	switch c.Provider {
	case "github":
		p = github.New()
	case "gitlab":
		p = &gitlab.Provider{}
	default:
		p = &gitea.Provider{}
	}
	p.SetLogger(logger)
	p.SetPacInfo(pac)
	is, process, _, reason, err := p.Detect(req, c.Body, logger)
	a.Detected, a.Reason = is && process, reason
	if err != nil {
		a.Error = err.Error()
	}
	if !a.Detected {
		return a
	}
	event, err := p.ParsePayload(ctx, run, req, c.Body)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	if event == nil {
		return a
	}
	event.Request = &info.Request{Header: req.Header, Payload: []byte(c.Body)}
	a.Event = map[string]any{"target": event.TriggerTarget, "type": event.EventType, "base": event.BaseBranch, "head": event.HeadBranch, "base_url": event.BaseURL, "head_url": event.HeadURL, "sha": event.SHA, "url": event.URL}
	repo := &v1alpha1.Repository{}
	repo.Name, repo.Namespace = "repo", "ml"
	emitter := events.NewEventEmitter(nil, logger)
	vcx := &testprovider.TestProviderImp{AllowIT: true, WantAllChangedFiles: c.Files, WantModifiedFiles: c.Files}
	types, err := resolve.ReadTektonTypes(ctx, logger, c.Template)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	_, _ = matcher.MatchPipelinerunByAnnotation(ctx, logger, types.PipelineRuns, run, event, vcx, nil, repo, false)
	cp := customparams.NewCustomParams(event, repo, run, nil, emitter, vcx)
	dict, changed, err := cp.GetParams(ctx)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	if event.PullRequestNumber != 0 {
		dict["pull_request_number"] = fmt.Sprintf("%d", event.PullRequestNumber)
	}
	text := templates.ReplacePlaceHoldersVariables(c.Template, dict, event.Event, req.Header, changed)
	types, err = resolve.ReadTektonTypes(ctx, logger, text)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	for _, v := range types.ValidationErrors {
		a.Error += v.Name + ": " + v.Err.Error() + "\n"
	}
	prs, err := resolve.MetadataResolve(types.PipelineRuns)
	if err != nil {
		a.Error = err.Error()
		return a
	}
	for _, pr := range prs {
		delete(pr.Annotations, "pipelinesascode.tekton.dev/target-namespace")
	}
	matched, err := matcher.MatchPipelinerunByAnnotation(ctx, logger, prs, run, event, vcx, emitter, repo, false)
	if err != nil {
		a.Reason = err.Error()
		return a
	}
	for _, m := range matched {
		r := Run{Name: m.PipelineRun.Name + m.PipelineRun.GenerateName, Params: map[string]string{}}
		for _, x := range m.PipelineRun.Spec.Params {
			r.Params[x.Name] = x.Value.StringVal
		}
		a.Matched = append(a.Matched, r)
	}
	return a
}

func main() {
	var cases []Case
	if err := json.NewDecoder(os.Stdin).Decode(&cases); err != nil {
		panic(err)
	}
	answers := []Answer{}
	for _, c := range cases {
		answers = append(answers, one(c))
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", " ")
	_ = out.Encode(answers)
}
