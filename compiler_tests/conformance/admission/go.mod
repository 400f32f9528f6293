module flowdsl.dev/admission

go 1.26.4

require (
	github.com/tektoncd/pipeline v1.16.0
	knative.dev/pkg v0.0.0-20260622140654-39ebae2ee2dc
)
