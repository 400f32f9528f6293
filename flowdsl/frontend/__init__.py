"""What a user writes with, and the tracer behind it. `flowdsl` re-exports the public part."""
