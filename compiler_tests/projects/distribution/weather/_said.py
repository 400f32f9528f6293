"""A helper of all tasks here."""

WIDTH = 24


def heading(text: str) -> None:
    print(f" {text} ".center(WIDTH, "-"))
