"""The press summary of a published result: its text to copy, and the same as a file."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from prizes.admin.pages import page
from prizes.admin.scopes import Address, check, scope_at
from prizes.models import StandingsRun
from prizes.press import Press, figures_of, press_of, published_run
from prizes.press_files import as_docx, as_pdf, as_text
from prizes.scope import Scope

# By the last part of the address: how it is written, and as what it is sent.
FILES: Mapping[str, tuple[Callable[[Press], bytes], str]] = {
    "docx": (as_docx, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "pdf": (as_pdf, "application/pdf"),
    "txt": (lambda press: as_text(press).encode(), "text/plain; charset=utf-8"),
}


def press_page(site: AdminSite, request: HttpRequest, address: Address) -> HttpResponse:
    """The text in a field to copy from, with and without a script; the files beside it."""
    check(request)
    scope = scope_at(address)
    run = published_run(scope)
    press = _press(request, scope, run) if run else None
    response = page(
        request,
        site,
        "press",
        _("Thông cáo báo chí"),
        scope=scope,
        run=run,
        press=press,
        text=as_text(press) if press else "",
        counted=run is not None and figures_of(run) is not None,
        files=list(FILES),
    )
    if run and figures_of(run) is None:
        response["Refresh"] = "5"
    return response


def press_file(site: AdminSite, request: HttpRequest, address: Address, kind: str) -> HttpResponse:
    """The summary as a file of this kind; there is none before the publication."""
    check(request)
    scope = scope_at(address)
    run = published_run(scope)
    if run is None or kind not in FILES:
        raise Http404
    write, content_type = FILES[kind]
    part = scope.round.number if scope.round else "ca-cuoc-thi"
    name = f"thong-cao-bao-chi-{scope.contest.slug}-{part}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(write(_press(request, scope, run)), content_type=content_type, headers=headers)


def _press(request: HttpRequest, scope: Scope, run: StandingsRun) -> Press:
    board = reverse("prizes:results", args=[scope.contest.slug]) + scope.query
    return press_of(run, address=request.build_absolute_uri(board))
