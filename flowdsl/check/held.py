"""Secret and ConfigMap as the API server checks them: how much they hold, and the keys that a Secret's type asks for.

Source: ValidateSecret and ValidateConfigMap in Kubernetes' pkg/apis/core/validation/validation.go (v1.36.3). What is no
text or no base64, and which keys there may be, `objects` and `podnames` tell. No finding has a value in it, and none
points into the data of a Secret.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowdsl.check.findings import Report
from flowdsl.check.gates import Gates
from flowdsl.check.kubernetes_names import check_object_name
from flowdsl.check.names import placed_name
from flowdsl.check.objects import decoded
from flowdsl.diagnostics.rule import Rule
from flowdsl.kube.object_names import is_subdomain

if TYPE_CHECKING:
    from flowdsl.kinds.held import ConfigMap, Secret
    from flowdsl.kinds.meta import ObjectMeta

DATA_REFUSED = Rule("FLOW498", "data-refused", "a Secret, a ConfigMap or a claim that Kubernetes refuses")
_MOST = 1 << 20
"""Bytes: MaxSecretSize, which is a ConfigMap's, too."""
_OF_ACCOUNT, _ACCOUNT = "kubernetes.io/service-account-token", "kubernetes.io/service-account.name"
_AS_JSON = {"kubernetes.io/dockercfg": ".dockercfg", "kubernetes.io/dockerconfigjson": ".dockerconfigjson"}
_BASIC, _EITHER = "kubernetes.io/basic-auth", ("username", "password")
_SSH, _KEY = "kubernetes.io/ssh-auth", "ssh-privatekey"
_TLS, _PAIR = "kubernetes.io/tls", ("tls.crt", "tls.key")


def check_config_map(config: ConfigMap, _: Gates, report: Report) -> None:
    """FLOW204, FLOW498."""
    check_held_name(config.metadata, report)
    texts, binary = _texts(config.data), _bytes(config.binaryData)
    for key in texts.keys() & binary.keys():
        report.add(DATA_REFUSED, ("binaryData", key), f"the key {key!r} is in data, too", "remove one of the two")
    _size(sum(map(len, (*texts.values(), *binary.values()))), report)


def check_secret(secret: Secret, _: Gates, report: Report) -> None:
    """FLOW204, FLOW498."""
    check_held_name(secret.metadata, report)
    held = {**_bytes(secret.data), **_texts(secret.stringData)}
    _size(sum(map(len, held.values())), report)
    _type(secret, held, report)


def check_held_name(metadata: ObjectMeta | None, report: Report) -> None:
    """FLOW204: there is a name, or the beginning of one. Of what form a name is, FLOW246 tells."""
    name, path = placed_name(metadata)
    if not name or path[-1] != "name":
        check_object_name(metadata, is_subdomain, report)


def _texts(data: object) -> dict[str, bytes]:
    """What is text in data, as its bytes; null is the empty text."""
    found = data.items() if isinstance(data, Mapping) else ()
    return {
        key: (each or "").encode("utf-8", "replace") for key, each in found if each is None or isinstance(each, str)
    }


def _bytes(data: object) -> dict[str, bytes]:
    """What base64 in data stands for; of what is none the key alone counts."""
    found = {}
    for key, text in _texts(data).items():
        try:
            found[key] = decoded(text.decode())
        except ValueError:
            found[key] = b""
    return found


def _size(size: int, report: Report) -> None:
    if size > _MOST:
        message = f"it holds {size} bytes; {_MOST} is the most"
        report.add(DATA_REFUSED, ("kind",), message, "keep large files on a claim, or in an image")


def _type(secret: Secret, held: Mapping[str, bytes], report: Report) -> None:
    type_ = secret.type or ""
    if type_ == _OF_ACCOUNT:
        notes = (secret.metadata.annotations if secret.metadata else None) or {}
        if not notes.get(_ACCOUNT):
            message = f"a Secret of the type {type_} has no annotation {_ACCOUNT}"
            report.add(DATA_REFUSED, ("type",), message, "add it, with the name of a ServiceAccount")
    elif type_ in _AS_JSON:
        _json(type_, _AS_JSON[type_], held, report)
    elif type_ == _BASIC and not held.keys() & {*_EITHER}:
        _missing(type_, " and no ".join(_EITHER), report)
    elif type_ == _SSH and not held.get(_KEY):
        _missing(type_, _KEY, report)
    elif type_ == _TLS:
        for key in _PAIR:
            if key not in held:
                _missing(type_, key, report)


def _json(type_: str, key: str, held: Mapping[str, bytes], report: Report) -> None:
    if key not in held:
        _missing(type_, key, report)
    elif not _is_object(held[key]):
        hint = f"`kubectl create secret docker-registry NAME … --dry-run=client -o yaml` writes one of the type {type_}"
        report.add(DATA_REFUSED, ("type",), f"{key} is no object of JSON", hint)


def _is_object(text: bytes) -> bool:
    try:
        found = json.loads(text.decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        return False
    return found is None or isinstance(found, dict)  # Go decodes null into a map, too


def _missing(type_: str, key: str, report: Report) -> None:
    hint = "add it under stringData as it is, or under data in base64"
    report.add(DATA_REFUSED, ("type",), f"a Secret of the type {type_} has no {key}", hint)
