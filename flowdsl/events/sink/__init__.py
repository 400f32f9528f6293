"""What Triggers' sink does with a request, step by step: pkg/sink, pkg/interceptors and pkg/template of v0.37.0."""
