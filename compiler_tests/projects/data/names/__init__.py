"""First names, read from files when the module is imported."""

from importlib.resources import files

FOLDER = files(__name__)
KNOWN = {line for each in ("short.txt", "long.txt") for line in FOLDER.joinpath(each).read_text().split()}
