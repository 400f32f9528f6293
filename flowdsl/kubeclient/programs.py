"""The program that a kubeconfig names for credentials: run as client-go runs it, its answer held against its shape.

https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins. The official
client for Python goes on as nobody where the answer is none, which the server then tells as a missing right.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Annotated, TypedDict, cast

import attrs

from flowdsl.diagnostics import ClusterError
from flowdsl.diagnostics.escape import line
from flowdsl.kube.words import word
from flowdsl.kubeclient.kubeconfig import Cluster, Exec
from flowdsl.kubeclient.shapes import MisfitError, fitted, seconds, shape_of

LONGEST = 300.0
"""Seconds that a program may take: a person may have to log in."""
_GROUP = "client.authentication.k8s.io"
_VERSIONS = (f"{_GROUP}/{word('v1')}", f"{_GROUP}/{word('v1beta1')}")
_MODES = ("Never", "IfAvailable", "Always")
_SHOWN = 400
"""Characters of what a program says on standard error that are told."""


class _Status(TypedDict, total=False):
    token: str
    clientCertificateData: str
    clientKeyData: str
    expirationTimestamp: Annotated[str, "time"]


class _Answer(TypedDict):
    apiVersion: str
    kind: str
    status: _Status


_SHAPE = shape_of(_Answer)


@attrs.frozen
class Given:
    """What a program gave: a token, or a certificate with its key as PEM, or both; when it expires, in seconds."""

    token: str = attrs.field(repr=False)
    certificate: str = attrs.field(repr=False)
    key: str = attrs.field(repr=False)
    expires: float | None = None


def check(program: Exec) -> None:
    """Raises ClusterError for a program that client-go would not run."""
    version, mode = program["apiVersion"], program.get("interactiveMode", "")
    if version not in _VERSIONS:
        raise ClusterError(
            f"the program of the kubeconfig for credentials (exec) speaks {line(version)}; client-go and we speak "
            f"{' and '.join(_VERSIONS)}: update the program and the kubeconfig"
        )
    if mode not in _MODES and (mode or version == _VERSIONS[0]):
        raise ClusterError(
            f"the program of the kubeconfig for credentials (exec) needs an interactiveMode: {', '.join(_MODES)}"
        )
    if mode == "Always" and not sys.stdin.isatty():
        raise ClusterError(
            f"the program {_name(program)} of the kubeconfig wants a person (interactiveMode: Always), and standard "
            "input is no terminal"
        )


def run(program: Exec, cluster: Cluster) -> Given:
    """Run the program and read what it gives. Raises ClusterError."""
    check(program)
    asks = program.get("interactiveMode") != "Never" and sys.stdin.isatty()
    env = {each["name"]: each["value"] for each in program.get("env") or ()}
    info = json.dumps(_question(program, cluster, interactive=asks))
    try:
        with subprocess.Popen(
            [program["command"], *(program.get("args") or ())],
            env={**os.environ, **env, "KUBERNETES_EXEC_INFO": info},
            stdin=None if asks else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # A person reads it as it comes: "open this page and type this code".
            stderr=None if asks else subprocess.PIPE,
            text=True,
            errors="replace",
        ) as process:
            out, err = _ended(process, program)
    except (OSError, ValueError) as error:
        raise _not_run(program, error) from None
    if process.returncode != 0:
        said = f": {line((err or '').strip()[-_SHOWN:])}" if (err or "").strip() else ""
        raise ClusterError(
            f"the program {_name(program)} of the kubeconfig, which gives credentials, ended with "
            f"{process.returncode}{said}"
        )
    return _given(program, out)


def _ended(process: subprocess.Popen[str], program: Exec) -> tuple[str, str | None]:
    try:
        return process.communicate(timeout=LONGEST)
    except subprocess.TimeoutExpired:
        raise ClusterError(
            f"the program {_name(program)} that the kubeconfig has for credentials (exec) gave none within "
            f"{LONGEST:g} s: does it wait for somebody to log in?"
        ) from None
    finally:
        # Ctrl-C, too: nothing of ours is left that waits for a person.
        if process.poll() is None:
            process.kill()


def _not_run(program: Exec, error: OSError | ValueError) -> ClusterError:
    why = (isinstance(error, OSError) and error.strerror) or "no program has such a name"
    hint = program.get("installHint", "").strip()
    told = "".join(f"\n  {line(each)}" for each in hint.splitlines())
    return ClusterError(
        f"the program {_name(program)}, which gives the credentials of this context, can't be run: {why}; is it "
        f"installed?{told}"
    )


def _question(program: Exec, cluster: Cluster, *, interactive: bool) -> Mapping[str, object]:
    spec: dict[str, object] = {"interactive": interactive}
    if program.get("provideClusterInfo"):
        names = ("server", "tls-server-name", "insecure-skip-tls-verify", "certificate-authority-data", "proxy-url")
        told = {name: value for name in names if (value := cluster.get(name))}
        for each in cluster.get("extensions") or ():
            if each["name"] == f"{_GROUP}/exec":
                told["config"] = each["extension"]
        spec["cluster"] = told
    return {"apiVersion": program["apiVersion"], "kind": "ExecCredential", "spec": spec}


def _given(program: Exec, text: str) -> Given:
    try:
        answer = cast("_Answer", fitted(json.loads(text), _SHAPE))
        status = answer["status"]
        until = status.get("expirationTimestamp")
        expires = seconds(until) if until else None
    except MisfitError as error:
        raise _odd(program, f"its answer is no ExecCredential: {line(error)}") from None
    except (ValueError, RecursionError):
        raise _odd(program, "its answer is no ExecCredential in JSON") from None
    if answer["kind"] != "ExecCredential" or answer["apiVersion"] != program["apiVersion"]:
        raise _odd(program, f"its answer is no ExecCredential of {program['apiVersion']}, which the kubeconfig names")
    certificate, key = status.get("clientCertificateData", ""), status.get("clientKeyData", "")
    if bool(certificate) != bool(key):
        raise _odd(program, "it gave a certificate without its key, or a key without its certificate")
    if not certificate and not status.get("token"):
        raise _odd(program, "it gave neither a token nor a certificate")
    return Given(status.get("token", ""), certificate, key, expires)


def _odd(program: Exec, why: str) -> ClusterError:
    return ClusterError(f"the program {_name(program)} of the kubeconfig gave no credentials: {why}")


def _name(program: Exec) -> str:
    return line(program["command"])[:200]
