"""CEL as Tekton evaluates it in `when`, and Tekton Triggers: the language, its extensions, and Triggers' own functions.

Written here and not taken from cel-python: what decides whether a cluster starts a run is cel-go's behaviour in every
corner (numbers of JSON are doubles, `&&` takes no notice of an error beside a false, no field is ever missing quietly),
and the base install should be able to say it. The language: https://github.com/google/cel-spec/blob/v0.24.0/doc/langdef.md
"""
