"""ClusterInterceptor and Interceptor, and interceptors within a trigger, as the webhook checks them.

Source: trigger_validation.go and cluster_interceptor_validation.go in pkg/apis/triggers/v1beta1 and v1alpha1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeAlias

from flowdsl.celgo.goes import canonical
from flowdsl.check.findings import Path, Report
from flowdsl.check.gates import Gates
from flowdsl.check.triggers.names import check_object_name
from flowdsl.diagnostics.rule import Rule
from flowdsl.kinds.triggers.defaults import FORMER
from flowdsl.kinds.values import decoded, kind_of
from flowdsl.kube.words import word

if TYPE_CHECKING:
    from flowdsl.kinds.params import Param
    from flowdsl.kinds.triggers.alpha import AlphaTriggerInterceptor
    from flowdsl.kinds.triggers.interceptors import (
        ClusterInterceptor,
        Interceptor,
        TriggerInterceptor,
        WebhookInterceptor,
    )

AnyInterceptor: TypeAlias = "TriggerInterceptor | AlphaTriggerInterceptor"

INTERCEPTOR = Rule("FLOW264", "interceptor", "an interceptor that can't be asked")


def check_interceptor(interceptor: ClusterInterceptor | Interceptor, _: Gates, report: Report) -> None:
    """FLOW264: where it is served is said once, and whole."""
    check_object_name(interceptor.metadata, report)
    client = interceptor.spec.clientConfig if interceptor.spec else None
    if client is None:
        return
    path = ("spec", "clientConfig")
    if client.url is not None and client.service is not None:
        report.add(INTERCEPTOR, path, "the interceptor has both a url and a service", "keep one of them")
    for field in ("namespace", "name") if client.service is not None else ():
        if not getattr(client.service, field):
            hint = f"add `{field}:` of the Service"
            report.add(INTERCEPTOR, (*path, "service"), f"the service has no {field}", hint)


def check_interceptors(interceptors: Sequence[AnyInterceptor] | None, path: Path, report: Report) -> None:
    """FLOW264: of a trigger's interceptors."""
    from flowdsl.kinds.triggers.alpha import AlphaTriggerInterceptor

    for index, each in enumerate(interceptors or ()):
        at = (*path, "interceptors", index)
        if each.webhook is None and not name_of(each) and not report.broken(at):
            hint = "add `ref: {name: github}`, or cel, gitlab, …"
            report.add(INTERCEPTOR, at, "the interceptor is not named", hint)
        if isinstance(each, AlphaTriggerInterceptor):
            _check_former(each, at, report)
        if each.webhook is not None:
            _check_webhook(each.webhook, (*at, "webhook"), report, named=isinstance(each, AlphaTriggerInterceptor))


def name_of(interceptor: AnyInterceptor) -> str:
    """Which interceptor is asked; "" for none, or one of the user's own."""
    name = (interceptor.ref.name if interceptor.ref else None) or ""
    return name or next((field for field in FORMER if getattr(interceptor, field, None) is not None), "")


def _check_former(each: AlphaTriggerInterceptor, at: Path, report: Report) -> None:
    """What the fields of v1alpha1 say, once its defaulting has made a `ref` of the first of them."""
    named = bool(each.ref and each.ref.name)
    taken = "" if named else name_of(each)
    fields = ("webhook", "github", "gitlab", "bitbucket")
    given = [field for field in fields if field != taken and getattr(each, field) is not None]
    if len(given) > 1:
        report.add(INTERCEPTOR, at, f"the interceptor is {' and '.join(given)}", "write one entry for each")
    if each.cel is not None and named:
        from flowdsl.celgo.uses import syntax_error

        if not each.cel.filter and not each.cel.overlays:
            report.add(
                INTERCEPTOR, (*at, "cel"), "there is neither a filter nor an overlay", "add one, or leave it out"
            )
        texts: list[tuple[Path, str]] = [(("filter",), each.cel.filter or "")]
        texts += [(("overlays", i), one.expression or "") for i, one in enumerate(each.cel.overlays or ())]
        for place, text in texts:
            problem = syntax_error(text) if text or place[0] == "overlays" else ""
            if problem:
                report.add(
                    INTERCEPTOR, (*at, "cel", *place), f"this is no CEL: {problem}", "see github.com/google/cel-spec"
                )


def check_asked_by_all(interceptors: Sequence[AnyInterceptor] | None, path: Path, report: Report) -> None:
    """FLOW264: of a group's interceptors nothing is asked but that the webhook can write them again."""
    for index, each in enumerate(interceptors or ()):
        for number, header in enumerate((each.webhook.header if each.webhook else None) or ()):
            if "value" not in header.model_fields_set:
                at = (*path, "interceptors", index, "webhook", "header", number)
                report.add(INTERCEPTOR, at, "the header has no value", "write a text, or a list of texts")


def _check_webhook(webhook: WebhookInterceptor, at: Path, report: Report, *, named: bool) -> None:
    reference = webhook.objectRef
    if reference is None:
        report.add(
            INTERCEPTOR, at, "the webhook has no objectRef", "add `objectRef: {apiVersion: v1, kind: Service, name: …}`"
        )
    else:
        if named and not reference.name:
            report.add(
                INTERCEPTOR, (*at, "objectRef"), "the webhook's objectRef has no name", "add `name:` of the Service"
            )
        for field, value in (("kind", word("Service")), ("apiVersion", word("v1"))):
            given = getattr(reference, field) or ""
            if given != value:
                what = (
                    f"the {field} of the webhook is {given!r}" if given else f"the webhook's objectRef has no {field}"
                )
                report.add(INTERCEPTOR, (*at, "objectRef"), what, f"write `{field}: {value}`: only a Service is asked")
    for index, header in enumerate(webhook.header or ()):
        _check_header(header, (*at, "header", index), report)


def _check_header(header: Param, at: Path, report: Report) -> None:
    name = header.name or ""
    if not name or canonical(name) != name:
        message = f"{name!r} is not how HTTP writes a header" if name else "the header has no name"
        report.add(INTERCEPTOR, (*at, "name"), message, f"write {canonical(name) or 'X-Event'!r}")
    kind = kind_of(header.value)
    if kind == "object" or not decoded(header.value):
        report.add(INTERCEPTOR, (*at, "value"), "the header has no value", "write a text, or a list of texts")
