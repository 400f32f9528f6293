"""Tekton YAML read with the place of every node: what lint, import and diff start from."""
