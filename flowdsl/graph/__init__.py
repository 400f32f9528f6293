"""The DAG of a pipeline: edges by kind, order, cycles; and pictures of it."""
