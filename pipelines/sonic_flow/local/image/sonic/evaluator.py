"""`python -m sonic.evaluator`: the stand-in under the name that SERVICE.md asks for."""

from sonic_flow.local import evaluator

if __name__ == "__main__":
    evaluator.main("sonic.evaluator")
