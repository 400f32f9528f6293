"""`python -m sonic.evaluator`: the stand-in under the name that SERVICE.md asks for."""

from sonic_local import VERSION, evaluator, web

if __name__ == "__main__":
    web.serve("/v1/evaluate", evaluator.evaluate, f"sonic.evaluator {VERSION}")
