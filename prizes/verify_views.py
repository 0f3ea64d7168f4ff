"""Kiểm tra kết quả: digests before, secrets after the close, lists after the publication, receipts always."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from attempts.forms import ReceiptForm
from attempts.queries import line_of
from contest_site.lib.clock import database_now
from contest_site.lib.errors import NotNow
from contest_site.lib.network import client_address, limit
from contests.queries import announced_contests
from prizes.domain.publishing import withheld_until
from prizes.models import StandingsRun
from prizes.verification import ReceiptFacts, list_facts, receipt_facts, seal_facts

log = logging.getLogger(__name__)

CHECKS_PER_MINUTE = 120  # an office's people share an address; guessing 80 bits is hopeless anyway
DOWNLOADS_PER_MINUTE = 60


@never_cache
@require_safe
def verify(request: HttpRequest, slug: str) -> HttpResponse:
    """What anyone needs to check a contest; `?code=` looks a receipt up in the published list."""
    contest = get_object_or_404(announced_contests(), slug=slug)
    now = database_now()
    seals = seal_facts(contest, now)
    lists = list_facts(contest, seals, now)
    form = ReceiptForm(request.GET if "code" in request.GET else None)
    context: dict[str, Any] = {"contest": contest, "seals": seals, "lists": lists, "form": form}
    if form.is_bound and form.is_valid():
        limit("verify", client_address(request), per_minute=CHECKS_PER_MINUTE)
        code = form.cleaned_data["code"]
        context |= {"code": code, "asked": True, **_found(receipt_facts(contest, code, lists))}
    response = render(request, "prizes/verify.html", context, status=400 if form.errors else 200)
    if form.is_bound:
        response["X-Robots-Tag"] = "noindex"
    return response


def _found(facts: ReceiptFacts | None) -> dict[str, Any]:
    """The line itself only where its list is offered: it shows which questions and answers were whose."""
    offered = facts is not None and facts.listed is not None and not facts.listed.until
    return {"found": facts, "line": line_of(facts.attempt) if facts and offered else ""}


@require_safe
def verify_list(request: HttpRequest, slug: str, run_id: int) -> FileResponse:
    """The list of a published run, for anyone. Raises NotNow while it is being made or is held back."""
    published = StandingsRun.objects.filter(
        contest__in=announced_contests().filter(slug=slug), publication__isnull=False
    )
    run = get_object_or_404(published.select_related("contest", "round", "published_list"), pk=run_id)
    limit("verify_list", client_address(request), per_minute=DOWNLOADS_PER_MINUTE)
    if withheld_until(run, database_now()):
        raise NotNow(_("Danh sách được đăng khi mọi vòng thi dùng chung ngân hàng câu hỏi này đã kết thúc."))
    if not hasattr(run, "published_list"):
        raise NotNow(_("Danh sách đang được tạo. Vui lòng quay lại sau ít phút."))
    path = settings.MEDIA_ROOT / run.published_list.name
    try:
        content = path.open("rb")
    except FileNotFoundError:
        log.error("The public list of run %s is missing: restore %s", run.pk, run.published_list.name)
        raise Http404 from None
    return FileResponse(content, as_attachment=True, filename=path.name, content_type="application/gzip")
