"""`python -m sonic.service`: the stand-in under the name that SERVICE.md asks for, with the weights of this commit."""

from pathlib import Path

from sonic_flow.local import service

if __name__ == "__main__":
    service.main("sonic.service", Path(__file__).with_name("model.txt").read_text("utf-8").strip())
