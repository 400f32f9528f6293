"""How one string is written in YAML: plain, quoted or as a literal block.

A string stays plain only where YAML 1.1 (PyYAML, Go's yaml.v2 behind kubectl) and YAML 1.2 both read the very same
string back. The rules below are on the safe side: a string quoted without need costs two characters, one left plain
that a reader takes for a number costs a deployment.
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring
from typing import Final

# Words that some YAML reader takes for a boolean or null, whatever their case. YAML 1.1's own list has y and n too.
_WORDS: Final = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})
_LONGEST_WORD: Final = max(map(len, _WORDS))

# Visible characters, the colon aside; a colon needs something other than a space after it, a space no `#`. Written as
# what they are not: `re` takes 7 ms to compile a class that reaches to U+10FFFF.
_TAIL: Final = r"[^\x00- :\x7f]*(?:(?::(?=[^ ])| (?=[^#]))[^\x00- :\x7f]*)*"
_PLAIN: Final = re.compile(
    r"(?:[^\x00-#%-'\)-.0-:<-@\[\]`{-\x7f]"  # a letter or one of _/$(;^\\: starts with no indicator and no digit
    r"|--?(?=[A-Za-z])|\.\.?(?=/)"  # -c, --flag, ./path and ../path, but no number, list item or document end
    # A number, a date or a time of any YAML has none of these letters; durations, quantities and versions do.
    r"|(?=[0-9][^ :]*[GHIJKLMNPQRSUVWYghijklmnpqrsuvwy])[0-9]"
    rf"){_TAIL}"
)

# What no YAML stream may hold as itself, or what some reader takes for a line break or a byte order mark.
_ESCAPED: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_ESCAPED_IN_BLOCK: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")

# Pipelines-as-Code puts texts of an event there before any YAML is read: a quote in one does not end a block.
_REPLACED: Final = "{{ "

# Readers look for the colon of `key: value` within 1,024 characters; a longer key takes the `? key` form.
LONGEST_SIMPLE_KEY: Final = 1000


class Scalars(dict[str, str]):
    """Strings and what stands after their key on its line, worked out once each; "" says "write a literal block".

    A memo for one emit, not shared between emits. A lookup of a known string costs one dict access, which is most of
    why the writer is fast: names, images and keys repeat throughout a pipeline.
    """

    __slots__ = ()

    def __missing__(self, value: str) -> str:
        """Work out, and keep, the text of a string met for the first time."""
        text = "" if ("\n" in value or _REPLACED in value) and fits_block(value) else f" {inline(value)}\n"
        self[value] = text
        return text


class Keys(dict[str, str]):
    """Mapping keys and their YAML text with the colon, worked out once each; "" says "too long for `key: value`"."""

    __slots__ = ()

    def __missing__(self, key: str) -> str:
        """Work out, and keep, the text of a key met for the first time. Raises TypeError unless it is a string."""
        if not isinstance(key, str):
            raise TypeError(f"a mapping key must be a string, got {type(key).__name__}")
        name = inline(key)
        text = f"{name}:" if len(name) < LONGEST_SIMPLE_KEY else ""
        self[key] = text
        return text


def inline(value: str) -> str:
    """The text of a string on one line: as it is where that is safe, in quotes otherwise.

    Raises ValueError for a lone surrogate: neither UTF-8 nor any YAML or JSON reader behind Kubernetes can carry one.
    """
    if is_plain(value):
        return value
    if not _ESCAPED.search(value):
        if ('"' in value or "\\" in value) and "'" not in value:
            return f"'{value}'"
        return encode_basestring(value)
    if _SURROGATE.search(value):
        raise ValueError("a lone surrogate cannot be written as UTF-8")
    # JSON's escapes are all YAML's too; what JSON leaves as itself and YAML may not hold is escaped after it.
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", encode_basestring(value))


def is_plain(value: str) -> bool:
    """Whether a string can stand unquoted, as a value or a key in block style."""
    if not _PLAIN.fullmatch(value):
        return False
    if len(value) <= _LONGEST_WORD and value.lower() in _WORDS:
        return False
    return value.isascii() or not _ESCAPED.search(value)


def fits_block(value: str) -> bool:
    """Whether a string of several lines reads back exactly from a literal block.

    Blank strings are left to quotes: a block of nothing but white space is hard to see and readers differ over it.
    """
    if value.isascii():
        visible = value.replace("\n", "").replace("\t", "")
        return visible.isprintable() and not visible.isspace() and visible != ""
    return not _ESCAPED_IN_BLOCK.search(value)


def block(value: str, pad: str) -> str:
    """A literal block: its header, then every line behind `pad`, ending in a line break. Blank lines stay empty.

    `value` must pass `fits_block`; `pad` is two spaces more than the parent's indentation.
    """
    # Readers find the indentation from the first line that has text, which fails where that starts with white space.
    header = "|2" if value[0] in " \t\n" else "|"
    body = value
    if value[-1] != "\n":
        header += "-"
        body += "\n"
    elif value[-2:] == "\n\n":
        header += "+"
    if "\n\n" in body or body[0] == "\n":
        lines = "\n".join([pad + line if line else line for line in body.split("\n")])
        return f"{header}\n{lines}"
    indented = body[:-1].replace("\n", "\n" + pad)
    return f"{header}\n{pad}{indented}\n"
