"""The paper that says that somebody took part: asked for, waited for and downloaded by its holder."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe
from redis.exceptions import RedisError

from contest_site.lib.errors import NotNow
from contest_site.lib.network import limit
from contests.models import Entry
from contests.queries import announced_contests
from prizes.domain.participation import (
    ask_for_file,
    file_of,
    is_valid,
    issue_paper,
    participation_template,
    refusal_of,
)
from prizes.domain.undrawable import is_undrawable
from prizes.models import ParticipationPaper
from prizes.rules.codes import read_code

# While a person waits and the page looks again, the worker is asked once in so many seconds.
ASK_AGAIN = 30


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def participation(request: HttpRequest, slug: str) -> HttpResponse:
    """GET says whether there is a paper and where; POST asks for it."""
    entry = _own_entry(request, slug)
    if request.method == "POST":
        limit("participation", request.user.pk, per_minute=10)
        issue_paper(entry)
        return redirect("prizes:participation", slug)
    paper = _paper_of(entry)
    refused = refusal_of(entry)
    ready = paper is not None and not refused and file_of(paper).exists()
    failed = paper is not None and not refused and not ready and is_undrawable(file_of(paper))
    if paper and not refused and not ready and not failed and _first_to_ask(paper):
        ask_for_file(paper)
    context = {
        "contest": entry.contest,
        "entry": entry,
        "paper": paper,
        "ready": ready,
        "failed": _undrawable(entry) if failed else "",
        "refused": refused.message if refused else "",
    }
    return render(request, "prizes/participation.html", context)


@never_cache
@login_required
@require_safe
def participation_pdf(request: HttpRequest, slug: str) -> FileResponse:
    """The paper itself, for its holder alone."""
    entry = _own_entry(request, slug)
    paper = _paper_of(entry)
    if paper is None or refusal_of(entry):
        raise Http404
    try:
        file = file_of(paper).open("rb")
    except FileNotFoundError:
        if is_undrawable(file_of(paper)):
            raise NotNow(_undrawable(entry)) from None
        ask_for_file(paper)
        raise NotNow(_("Giấy xác nhận đang được tạo. Vui lòng thử lại sau ít phút.")) from None
    return FileResponse(file, filename=f"giay-xac-nhan-{slug}.pdf", content_type="application/pdf")


def paper_check(request: HttpRequest, code: str) -> HttpResponse | None:
    """The public page that confirms such a paper, or None for a code that is of none."""
    stored = read_code(code)
    found = (
        ParticipationPaper.objects.select_related("entry__contest", "entry__unit").filter(code=stored).first()
        if stored
        else None
    )
    if found is None:
        return None
    context = {
        "paper": found,
        "contest": found.entry.contest,
        "template": participation_template(found.entry.contest),
        "valid": is_valid(found),
    }
    return render(request, "prizes/participation_check.html", context)


def _own_entry(request: HttpRequest, slug: str) -> Entry:
    contest = get_object_or_404(announced_contests(), slug=slug)
    entries = Entry.objects.select_related("contest", "unit", "user")
    entry = get_object_or_404(entries, contest=contest, user_id=request.user.pk)
    if participation_template(contest) is None:
        raise Http404
    return entry


def _paper_of(entry: Entry) -> ParticipationPaper | None:
    return (
        ParticipationPaper.objects.select_related("entry__contest", "entry__unit").filter(entry=entry).first()
    )


def _undrawable(entry: Entry) -> str:
    return _(
        "Chưa tạo được giấy xác nhận vì nội dung in dài quá khổ giấy. Vui lòng liên hệ Ban Tổ chức theo đường"
        " dây nóng để được cấp giấy: %(hotline)s."
    ) % {"hotline": entry.contest.hotline}


def _first_to_ask(paper: ParticipationPaper) -> bool:
    try:
        return bool(cache.add(f"participation:{paper.pk}", 1, timeout=ASK_AGAIN))
    except RedisError:
        return False  # the broker is away as well
