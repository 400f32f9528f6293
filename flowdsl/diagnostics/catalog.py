"""The catalogue of codes: one Markdown page a code, shipped in `pages/`, shown by `flowdsl explain CODE`."""

from __future__ import annotations

from importlib import resources

_PAGES = resources.files("flowdsl.diagnostics") / "pages"


def codes() -> list[str]:
    """Every code that has a page, sorted."""
    return sorted(entry.name[:-3] for entry in _PAGES.iterdir() if entry.name.endswith(".md"))


def page(code: str) -> str:
    """The page of a code. Raises KeyError for a code that does not exist."""
    entry = _PAGES / f"{code}.md"
    if not entry.is_file():
        raise KeyError(code)
    return entry.read_text(encoding="utf-8")


def title(code: str) -> str:
    """The title of a code: the first line of its page without the code. Raises KeyError."""
    return page(code).splitlines()[0].removeprefix(f"# {code}: ")
