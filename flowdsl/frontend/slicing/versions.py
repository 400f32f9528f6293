"""What each Python release added to and took from the standard library, since 3.8; from docs.python.org's "What's New".

The tables make the result the same on every Python that compiles, which `sys.stdlib_module_names` alone would not.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Container, Iterator, Mapping

from flowdsl.frontend.slicing.model import Alias, Facts, Feature, Version

OLDEST: Version = (3, 8)
NEWEST: Version = (3, 13)
"""What an image tag without a minor version, such as `python:3`, is taken for."""

ADDED: dict[str, Version] = {
    "annotationlib": (3, 14),
    "compression": (3, 14),
    "graphlib": (3, 9),
    "tomllib": (3, 11),
    "zoneinfo": (3, 9),
}

REMOVED: dict[str, Version] = {
    **dict.fromkeys(("_dummy_thread", "dummy_threading"), (3, 9)),
    **dict.fromkeys(("formatter", "parser", "symbol"), (3, 10)),
    "binhex": (3, 11),
    **dict.fromkeys(("asynchat", "asyncore", "distutils", "imp", "smtpd"), (3, 12)),
    **dict.fromkeys(
        (
            "aifc",
            "audioop",
            "cgi",
            "cgitb",
            "chunk",
            "crypt",
            "imghdr",
            "lib2to3",
            "mailcap",
            "msilib",
            "nis",
            "nntplib",
            "ossaudiodev",
            "pipes",
            "sndhdr",
            "spwd",
            "sunau",
            "telnetlib",
            "uu",
            "xdrlib",
        ),
        (3, 13),
    ),
}

STDLIB = frozenset(sys.stdlib_module_names) | frozenset(ADDED) | frozenset(REMOVED)

_MEMBERS: dict[Version, str] = {
    (3, 9): "ast.unparse asyncio.to_thread functools.cache math.lcm math.nextafter math.ulp random.randbytes "
    "typing.Annotated importlib.resources.files os.pidfd_open os.waitstatus_to_exitcode",
    (3, 10): "contextlib.aclosing inspect.get_annotations "
    "itertools.pairwise statistics.correlation statistics.covariance statistics.linear_regression "
    "dataclasses.KW_ONLY types.NoneType types.UnionType types.EllipsisType typing.Concatenate typing.ParamSpec "
    "typing.TypeAlias typing.TypeGuard typing.is_typeddict sys.orig_argv sys.stdlib_module_names",
    (3, 11): "asyncio.Runner asyncio.TaskGroup asyncio.timeout contextlib.chdir datetime.UTC enum.ReprEnum "
    "enum.StrEnum enum.member enum.nonmember enum.verify hashlib.file_digest logging.getLevelNamesMapping math.cbrt "
    "math.exp2 operator.call typing.LiteralString typing.Never typing.NotRequired typing.Required typing.Self "
    "typing.TypeVarTuple typing.Unpack typing.assert_never typing.assert_type typing.dataclass_transform "
    "typing.reveal_type sys.exception",
    (3, 12): "calendar.Month calendar.Day collections.abc.Buffer itertools.batched math.sumprod typing.TypeAliasType "
    "typing.override types.get_original_bases",
    (3, 13): "copy.replace os.process_cpu_count typing.NoDefault typing.ReadOnly typing.TypeIs "
    "typing.get_protocol_members warnings.deprecated queue.ShutDown math.fma",
}

MEMBERS: dict[tuple[str, str], Version] = {
    (full.rpartition(".")[0], full.rpartition(".")[2]): version
    for version, names in _MEMBERS.items()
    for full in names.split()
}
MEMBER_NAMES = frozenset(name for _, name in MEMBERS)

BUILTINS: dict[str, Version] = {
    "aiter": (3, 10),
    "anext": (3, 10),
    "EncodingWarning": (3, 10),
    "BaseExceptionGroup": (3, 11),
    "ExceptionGroup": (3, 11),
    "PythonFinalizationError": (3, 13),
}
"""Builtins that Python 3.8 has not."""

METHODS: dict[str, Version] = {
    "bit_count": (3, 10),
    "is_relative_to": (3, 9),
    "removeprefix": (3, 9),
    "removesuffix": (3, 9),
    "with_stem": (3, 9),
}
"""Methods whose names hardly anything but `str`, `bytes`, `int` and `Path` has."""

KEYWORDS: dict[tuple[str, str], Version] = {
    ("dataclass", "slots"): (3, 10),
    ("dataclass", "kw_only"): (3, 10),
    ("zip", "strict"): (3, 10),
}
"""Keyword arguments that an older Python refuses."""

_TAGGED = re.compile(r"(?:^|/)python:(\d+)(?:\.(\d+))?(?![\d])")
_BINARY = re.compile(r"(?:^|/)python(\d+)\.(\d+)$")


def target_version(image: str, python: str = "python3") -> Version | None:
    """The Python of a task: named by `python="python3.12"` or by an official `python:3.12` image. None: unknown."""
    named = _BINARY.search(python)
    if named:
        return int(named[1]), int(named[2])
    tagged = _TAGGED.search(image)
    if tagged is None or tagged[1] != "3":
        return None
    return (3, int(tagged[2])) if tagged[2] else NEWEST


def named_version(image: str, python: str = "python3") -> Version | None:
    """The same where a minor version is named; None for an image such as `python:3`, which changes under its name."""
    named, tagged = _BINARY.search(python), _TAGGED.search(image)
    return target_version(image, python) if named or (tagged and tagged[2]) else None


def is_stdlib(module: str) -> bool:
    """Whether a top-level module is, or was since 3.8, in the standard library."""
    return module in STDLIB


def added_in(alias: Alias) -> Version | None:
    """The Python that has what an import of the standard library names; None for what 3.8 had."""
    return ADDED.get(alias.top) or MEMBERS.get((alias.module, alias.name or ""))


def works_anywhere(alias: Alias) -> bool:
    """Whether an import works on every Python since 3.8."""
    return not alias.level and is_stdlib(alias.top) and added_in(alias) is None and alias.top not in REMOVED


def newer(facts: Facts, aliases: Mapping[str, Alias], providers: Container[str]) -> Iterator[Feature]:
    """What code of a module uses of the standard library that Python 3.8 has not.

    `aliases` are the names that the module's imports bind, `providers` all that it binds.
    """
    for root, member, spot in facts.members:
        alias = aliases.get(root)
        since = MEMBERS.get((alias.module, member)) if alias and alias.name is None else None
        if since:
            yield Feature(since, spot, f"`{root}.{member}`", syntax=False)
    for name, since in BUILTINS.items():
        if name in facts.needs and name not in providers:
            yield Feature(since, facts.needs[name], f"`{name}`", syntax=False)
