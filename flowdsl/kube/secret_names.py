"""Names that are given to credentials, and values that are none even below such a name."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from flowdsl.kube.secret_shapes import varied

Kind = Literal["password", "token", "weak", ""]
"""How much a name says. A password is nearly any text, a token what a machine makes; a weak name asks for more."""

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
# What is said of a credential after its name: SECRET_KEY_BASE, password1, TOKEN_B64, DB_PASSWORD_PROD.
_AFTER = frozenset(
    [
        "base",
        "value",
        "text",
        "plain",
        "raw",
        "string",
        "default",
        "b64",
        "base64",
        "encoded",
        "prod",
        "production",
        "staging",
        "dev",
        "test",
        "old",
        "new",
        "current",
        "previous",
        "primary",
        "secondary",
        "backup",
    ]
)
_PASSWORD = ("password", "passwd", "passphrase", "passcode")
_TOKEN = ("token", "apikey", "secretkey", "accesskey", "privatekey", "signingkey", "encryptionkey", "clientsecret")
_KEY_OF = frozenset(
    [
        "api",
        "access",
        "account",
        "app",
        "application",
        "auth",
        "aws",
        "azure",
        "bot",
        "client",
        "cookie",
        "crypt",
        "crypto",
        "decryption",
        "deploy",
        "encryption",
        "gcp",
        "hmac",
        "jwe",
        "jwt",
        "license",
        "master",
        "openai",
        "private",
        "rsa",
        "sas",
        "secret",
        "service",
        "session",
        "shared",
        "signature",
        "signing",
        "ssh",
        "storage",
        "symmetric",
        "webhook",
    ]
)
_SECRET_OF = frozenset(
    [
        "api",
        "app",
        "application",
        "client",
        "consumer",
        "cookie",
        "hmac",
        "jwt",
        "nextauth",
        "session",
        "signing",
        "webhook",
    ]
)
# What a model's tokenizer calls a token, and where a list is paged.
_NO_CREDENTIAL = frozenset(
    [
        "pad",
        "eos",
        "bos",
        "mask",
        "unk",
        "sep",
        "cls",
        "stop",
        "start",
        "end",
        "eot",
        "special",
        "image",
        "audio",
        "video",
        "speech",
        "separator",
        "boundary",
        "control",
        "continue",
        "continuation",
        "next",
        "page",
        "begin",
    ]
)
_PASSES = frozenset(
    ["first", "second", "third", "one", "two", "single", "multi", "all", "test", "by", "low", "high", "band"]
)


@lru_cache(maxsize=4096)
def name_kind(name: str) -> Kind:
    """What a name says about its value."""
    words = [word.lower() for word in _WORDS.findall(name[:200])]
    while words and (words[-1].isdigit() or words[-1] in _AFTER):
        words.pop()
    if not words:
        return ""
    last, before = words[-1], words[-2] if len(words) > 1 else ""
    if last.endswith(_PASSWORD):
        return "password"
    if last.endswith(("pwd", "pass")):
        return _short_password(last, before)
    if last.endswith(_TOKEN):
        return "" if before in _NO_CREDENTIAL or last.removesuffix("token") in _NO_CREDENTIAL else "token"
    if last == "key":
        return "token" if before in _KEY_OF else ""
    if last == "secret":
        return "token" if before in _SECRET_OF else "weak"
    return "weak" if last in ("auth", "authorization", "credential", "credentials", "creds") else ""


def _short_password(last: str, before: str) -> Kind:
    """`PWD` and `OLDPWD` are folders, and a pass goes over data; with something before them they are passwords."""
    if last in ("pwd", "pass"):
        return "password" if before and before not in (_PASSES | {"old", "init"}) else ""
    return "password" if last in ("dbpass", "userpass", "mypwd", "dbpwd", "mysqlpwd", "sshpass") else ""


_HEXADECIMAL = re.compile(r"(?:[0-9a-fA-F]{8}){4,16}")
_TELLING = frozenset(
    ["key", "token", "secret", "password", "passwd", "pwd", "pass", "auth", "credential", "credentials"]
)
_PUBLIC = frozenset(
    [
        "public",
        "pub",
        "gpg",
        "pgp",
        "fingerprint",
        "cache",
        "id",
        "commit",
        "sha",
        "sha1",
        "sha256",
        "rev",
        "revision",
        "digest",
        "hash",
        "checksum",
        "tag",
        "version",
    ]
)


def is_hexadecimal_secret(name: str, text: str) -> bool:
    """Whether a value is 32 or more hexadecimal digits below a name that says key or token, and not which or whose."""
    if len(text) < 32 or _HEXADECIMAL.fullmatch(text) is None:
        return False
    words = {word.lower() for word in _WORDS.findall(name[:200])}
    return not words.isdisjoint(_TELLING) and words.isdisjoint(_PUBLIC)


_SAID = frozenset(
    [
        "true",
        "false",
        "none",
        "null",
        "yes",
        "no",
        "on",
        "off",
        "auto",
        "disabled",
        "enabled",
        "default",
        "required",
        "optional",
        "empty",
        "unset",
        "undefined",
        "basic",
        "bearer",
        "digest",
        "oauth",
        "oauth2",
        "plain",
        "prompt",
    ]
)
_STARTS = ("/", "./", "../", "~/", "sha256:", "sha512:", "vault:", "op://", "env:", "file:", "arn:", "secret:", "ref+")
_ADDRESS = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*://")
_REFERENCE = re.compile(r"\$[({A-Za-z_]|\{\{|<%|@@|%\(")
_PLACEHOLDER = re.compile(
    r"(?i:your|replace|insert|todo|fixme|placeholder|redacted|hidden)\b.*|<.*>|\[.*\]|\{.*\}|%\w+%|__\w+__|[*xX.•-]+",
    re.S,
)
# `registry-token`, `git-credentials`, `GITHUB_TOKEN`: the name of a Secret, of a key or a variable, not what is in it.
_OBJECT = re.compile(r"[a-z][a-z0-9]*(?:[-._][a-z0-9]+)+")
_VARIABLE = re.compile(r"[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+")
_SPEAKS = ("secret", "token", "cred", "key", "auth", "pass", "pwd")
# `apitoken`, `gitsecret`: what a Secret or a key in it is called, without dashes.
_GENERIC = re.compile(
    r"(?:my|the|a|git|github|gitlab|gitea|api|app|bot|access|auth|deploy|docker|quay|registry|image|pull|push|webhook|ci)*"
    r"(?:secret|token|cred|credential|key|auth|password)s?|[a-z]+(?:secrets|tokens|creds|credentials)"
)
_PART = re.compile(r"[a-z]+|[a-z]{0,2}[0-9]{1,3}")


def harmless(name: str, kind: Kind, text: str) -> bool:
    """Whether a value says by itself that it is no credential: a flag, a reference, a path, a placeholder, a name."""
    if len(text) < 4 or text.isdigit() or text.lower() in _SAID or text.startswith(_STARTS):
        return True
    if _PLACEHOLDER.fullmatch(text) or _REFERENCE.search(text) or _ADDRESS.match(text):
        return True
    lowered = text.lower()
    speaks = any(word in lowered for word in _SPEAKS)
    if speaks and (_OBJECT.fullmatch(text) or _VARIABLE.fullmatch(text)):
        return True
    return kind != "password" and _is_word(name, kind, text)


def _is_word(name: str, kind: Kind, text: str) -> bool:
    """Whether a value is what a person calls something, where a machine's token is expected."""
    if any(map(str.isspace, text)):
        return True
    if kind == "weak" and (len(text) < 6 or not varied(text)):
        return True
    lowered = text.lower()
    if (len(text) < 64 and _GENERIC.fullmatch(lowered)) or lowered in name.lower():
        return True
    parts = re.split(r"[-._]", text)
    if len(parts) > 1:
        return all(map(_PART.fullmatch, parts))
    return text.isalpha() and len(text) < 8 and text == lowered
