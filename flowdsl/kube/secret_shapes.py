"""The shapes of credentials: what the services that issue them say of their tokens, as data.

A text is searched for a shape only where it holds one of the shape's marks, and for most marks only its long words are
looked at: scripts are long and credentials rare. An expression is compiled when a text first holds its mark: compiling
all of them takes 25 ms, and few processes meet a credential.
No expression takes more than linear time: a run of a token's characters is tried from its start alone.

Sources: the prefixes that GitHub, GitLab, Slack, Stripe, npm, PyPI, Docker, SendGrid, Azure, Vault, DigitalOcean,
Shopify, Telegram and Discord document for secret scanning. detect-secrets 1.5 was measured first: of 36 of these shapes
it finds 17, takes 0.3 ms a line and 190 ms to import.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from os.path import commonprefix

from flowdsl.diagnostics.frozen import frozen

_Check = Callable[[str, re.Match[str]], bool]


def varied(text: str) -> bool:
    """Whether letters and digits are mixed, as a machine does that makes a token up, and a person seldom in a name."""
    return any(map(str.isdigit, text)) and any(map(str.isalpha, text))


def _made(text: str, match: re.Match[str]) -> bool:
    """Whether a token was made by a machine: no words joined by dashes, no row of x that stands for one."""
    token = match[match.lastindex or 0]
    parts = _SEPARATED.split(token)
    return not _NOTHING.search(token) and (varied(token) or max(map(len, parts)) > _LONGEST_WORD)


_SEPARATED = re.compile(r"[-_./]")
_NOTHING = re.compile(r"[xX*]{6}|0{12}")
_LONGEST_WORD = 15


def _always(text: str, match: re.Match[str]) -> bool:
    return True


_STOOD_FOR = frozenset({"password", "passwd", "passwort", "pass", "pwd", "secret", "token", "xxx", "xxxx", "redacted"})


def _spoken(text: str, match: re.Match[str]) -> bool:
    """A password in an address; in prose and comments a word often stands for it: https://user:password@host."""
    password = match[1]
    if not set(password) - set("*x.X") or password[0] in "<[{%":
        return False
    return password.lower() not in _STOOD_FOR or not any(map(str.isspace, text))


def _random(text: str, match: re.Match[str]) -> bool:
    """After `Bearer` or `Basic`: no word of a sentence, and no placeholder."""
    token = match[1]
    mixed = token != token.lower() and token != token.upper() and not token.istitle()
    return _made(text, match) or (mixed and not _NOTHING.search(token))


def _telegram(text: str, match: re.Match[str]) -> bool:
    before = text[max(0, match.start() - 11) : match.start()]
    digits = len(before) - len(before.rstrip("0123456789"))
    return 6 <= digits <= 10 and varied(match[0][1:])


_MADE_OF = re.compile(r"[\w-]{23,28}\Z")


def _discord(text: str, match: re.Match[str]) -> bool:
    before = _MADE_OF.search(text[max(0, match.start() - 28) : match.start()])
    return before is not None and before[0][0] in "MNO" and varied(before[0] + match[0])


@frozen
class Shape:
    """Where one of `marks` stands, whatever `expression` finds is a credential if `check` agrees.

    `in_words`: what it finds from the mark on is at least LONG characters, all of them of a token, or the mark is one
    character; other shapes have spaces or quotes in them, or are short.
    """

    marks: tuple[str, ...]
    expression: str
    check: _Check = _made
    flags: int = 0
    in_words: bool = True
    begins: str = ""
    """What all marks begin with: where a text has it nowhere, none of them is looked for."""

    @property
    def pattern(self) -> re.Pattern[str]:
        """The expression compiled; `re` keeps it."""
        return re.compile(self.expression, self.flags)


def _shape(marks: str, expression: str, check: _Check = _made, flags: int = 0, *, in_words: bool = True) -> Shape:
    each = tuple(marks.split(" "))
    return Shape(each, expression, check, flags, in_words, commonprefix(each))  # noqa: RUF071 - of texts, no paths


# A token does not begin within a word, and `prefix-` is part of the word it stands in.
_START = r"(?<![A-Za-z0-9])"
_ALONE = r"(?<![\w-])"

SHAPES = (
    _shape("AKIA ASIA ABIA ACCA", _START + r"A(?:KI|SI|BI|CC)A[A-Z0-9]{16}(?![A-Za-z0-9])", _always),
    # A line that looks for a key (grep '-----BEGIN …-----') goes on with a quote or a bracket.
    _shape(
        "PRIVATE",
        r"-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----(?!['\"`)|])",
        _always,
        in_words=False,
    ),
    _shape("ghp_ gho_ ghu_ ghs_ ghr_", _START + r"gh[pousr]_[A-Za-z0-9]{36,255}", _always),
    _shape("github_pat_", _ALONE + r"github_pat_\w{20,}"),
    _shape(
        "glpat- glrt- gldt- glptt- glft- glsoat- glcbt- glimt- gloas- glagent- glffct-",
        _ALONE + r"gl(?:pat|rt|dt|ptt|ft|soat|cbt|imt|oas|agent|ffct)-[\w-]{20,}(?:\.[\w-]+)*",
    ),
    _shape("xox xapp-", _ALONE + r"(?:xox[abeoprs]|xapp)-[\w-]{10,}"),
    _shape("hooks.slack.com/", r"hooks\.slack\.com/(?:services|workflows|triggers)/([\w/+-]{20,})"),
    _shape("/api/webhooks/", r"discord(?:app)?\.com/api/webhooks/([0-9]+/[\w-]{30,})"),
    _shape("hf_", _START + r"hf_[A-Za-z0-9]{30,255}", _always),
    _shape("sk-", _ALONE + r"sk-[\w-]{32,}"),
    _shape("k_live_ k_test_ whsec_", _ALONE + r"(?:[rs]k_(?:live|test)|whsec)_[A-Za-z0-9]{10,}"),
    _shape("AIza", _START + r"AIza[\w-]{35}", _always),
    _shape("ya29.", _START + r"ya29\.[\w-]{20,}"),
    _shape("GOCSPX-", _ALONE + r"GOCSPX-[\w-]{20,}"),
    _shape("npm_", _ALONE + r"npm_[A-Za-z0-9]{30,}"),
    _shape("pypi-", _ALONE + r"pypi-(?:AgE[\w-]{13,}|\w{40,})"),
    _shape("dckr_", _ALONE + r"dckr_[po]at_[\w-]{20,}"),
    _shape("SG.", r"(?<![\w.-])SG\.[\w-]{16,64}\.[\w-]{16,128}"),
    _shape("AccountKey= AccessKey=", r"(?:Account|Shared)(?:Access)?Key=([A-Za-z0-9+/]{20,}={0,2})", flags=re.I),
    _shape("sig=", r"(?<!\w)sig=([\w%+/.-]{20,})"),
    _shape("hvs. hvb. hvr.", _START + r"hv[sbr]\.[\w-]{20,}"),
    _shape("_v1_", _ALONE + r"do[opr]_v1_[a-f0-9]{20,}"),
    _shape("shpat_ shpca_ shppa_ shpss_", _ALONE + r"shp(?:at|ca|pa|ss)_[A-Fa-f0-9]{20,}"),
    _shape("glsa_ lin_api_ r8_ gsk_", _ALONE + r"(?:glsa_|lin_api_|r8_|gsk_)[A-Za-z0-9]{30,}"),
    _shape("nvapi- dapi ATATT3", _ALONE + r"(?:nvapi-[\w-]{40,}|dapi[a-f0-9]{32}(?![a-f0-9])|ATATT3[\w=-]{40,})"),
    _shape("AGE-SECRET-KEY-1", r"AGE-SECRET-KEY-1[A-Z0-9]{40,}", _always),
    _shape("eyJ", _ALONE + r"eyJ[\w-]+\.eyJ[\w-]+\.", _always, in_words=False),
    _shape("://", r"://[^\s/:@$]*:([^\s/@$]+)@", _spoken, in_words=False),
    _shape("://", r"://([^\s/:@$<{\[%]{16,})@", in_words=False),
    _shape("earer asic EARER ASIC", r"\b(?:bearer|basic)\s+([\w.~+/-]{16,}=*)", _random, re.I, in_words=False),
    _shape(
        "uthoriz UTHORIZ",
        r"authorization['\"\\]{0,3}\s{0,9}[:=]\s{0,9}['\"\\]{0,3}(?:bearer|basic|token)\s+([\w.~+/-]{8,}=*)",
        _random,
        re.I,
        in_words=False,
    ),
    _shape('"auth', r"\"auth\\?\"\s*:\s*\\?\"([A-Za-z0-9+/]{8,}={0,2})\\?\"", _random, in_words=False),
    _shape(":", r":[\w-]{35}(?![\w-])", _telegram),
    _shape(".", r"\.[\w-]{6}\.[\w-]{27,110}(?![\w-])", _discord),
)
BEGINNINGS = tuple((text, shape) for shape in SHAPES for text in ((shape.begins,) if shape.begins else shape.marks))
"""The shapes in their order, each beside what a text has to hold for it to be looked at."""
LONG = 15
SHORTEST = 18
"""No shape is shorter, but for a password in an address, which has an `@`."""

_SHORT = 300
# ASCII that stands in no token, made a space.
_BETWEEN = {code: " " for code in range(128) if not re.match(r"[\w.+/=%:-]", chr(code))}


def long_words(text: str) -> str:
    """The runs of a text, of characters that tokens have and at least LONG of them, with a space between each two.

    Every match of a shape with `in_words` is within one of them, from the mark on. Few of a script are: 60 marks
    are looked for in a small part of the text. A short text is searched as it is.
    """
    if len(text) < _SHORT:
        return text
    if text.isascii():
        text = text.translate(_BETWEEN)
    return " ".join([word for word in text.split() if len(word) >= LONG])
