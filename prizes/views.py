"""The honour board and certificates, as the public and their holders see them."""

from __future__ import annotations

import logging
from itertools import groupby
from typing import Any

from django.conf import settings
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from contest_site.lib.errors import NotNow
from contest_site.lib.network import client_address, limit
from contests.enums import AwardMethod
from contests.models import Block, Contest, PrizeTable
from contests.queries import announced_contests
from prizes.domain.awarding import awards_of, is_of_units
from prizes.domain.proposals import ProposedAward
from prizes.facts import predicts, true_answers
from prizes.forms import CodeForm
from prizes.measures import cells, headings
from prizes.models import Certificate, Publication, StandingsRun
from prizes.participation_views import paper_check
from prizes.queries import is_in_force, publications
from prizes.rules.codes import read_code
from prizes.rules.names import shown_name
from prizes.scope import Scope

log = logging.getLogger(__name__)

CHECKS_PER_MINUTE = 120  # an office's people share an address; guessing 140 bits is hopeless anyway


WHOLE = "tat-ca"


@require_safe
def results(request: HttpRequest, slug: str) -> HttpResponse:
    """The honour board of one round (?vong=2) or of the whole contest (?vong=tat-ca).

    Without a choice: the whole contest if it is published, else the latest published round. Nothing before
    publication.
    """
    contest = get_object_or_404(announced_contests(), slug=slug)
    in_force: dict[str, list[Publication]] = {}
    for publication in publications(contest):
        in_force.setdefault(_word(publication), []).append(publication)
    chosen = request.GET.get("vong", "") or next(reversed(in_force), "")
    shown = in_force.get(chosen)
    if request.GET.get("vong") and shown is None:
        raise Http404
    context: dict[str, Any] = {
        "contest": contest,
        "boards": [(word, _scope_name(those[0])) for word, those in in_force.items()],
        "shown": chosen,
    }
    if shown is not None:
        context |= _board(contest, shown[0], replaced=shown[1] if len(shown) > 1 else None)
    return render(request, "prizes/results.html", context)


def _word(publication: Publication) -> str:
    round = publication.run.round
    return str(round.number) if round else WHOLE


def _scope_name(publication: Publication) -> str:
    return Scope.of_run(publication.run).name


def _board(contest: Contest, publication: Publication, *, replaced: Publication | None) -> dict[str, Any]:
    run = publication.run
    return {
        "scope_name": _scope_name(publication),
        "run": run,
        "published_at": publication.at,
        "replaced": replaced,
        "decision": run.decision,
        "sections": _sections(contest, run),
        # Over several rounds a person has several predictions.
        "predicts": run.round is not None and predicts(run),
        "answers": true_answers(run),
    }


def _sections(contest: Contest, run: StandingsRun) -> list[dict[str, Any]]:
    """The awards by table and block, from the first table."""
    by_table = groupby(awards_of(run), key=lambda award: (award.prize.table, award.block))
    found = [_section(contest, table, block, list(awards), run.parts) for (table, block), awards in by_table]
    titled = len(found) > 1 or any(one["of_units"] for one in found)
    return [{**one, "titled": titled} for one in found]


def _section(
    contest: Contest, table: PrizeTable, block: Block | None, awards: list[ProposedAward], parts: int
) -> dict[str, Any]:
    """A table's awards by prize, from the highest, names as the plan publishes them."""
    by_prize = groupby(awards, key=lambda award: (award.prize.pk, award.prize_name, award.amount))
    of_units, chosen = is_of_units(table), table.method == AwardMethod.CHOSEN
    return {
        "table": table,
        "block": block,
        "of_units": of_units,
        "chosen": chosen,
        "headings": headings(table) if of_units and not chosen else [],
        "prizes": [
            {
                "prize_name": prize_name,
                "amount": amount,
                "winners": [_winner(contest, award, parts) for award in group],
            }
            for (_key, prize_name, amount), group in by_prize
        ],
    }


def _winner(contest: Contest, award: ProposedAward, parts: int) -> dict[str, Any]:
    return {
        "name": shown_name(award.holder, contest.names_shown) if award.entry else award.holder,
        "unit": award.of_unit,
        "row": award.row,
        "cells": cells(award.unit_row, award.prize.table, parts=parts) if award.unit_row else [],
    }


@require_safe
def certificate_check(request: HttpRequest) -> HttpResponse:
    """Where a code is typed (?code=…); a readable one leads to its certificate's page."""
    if "code" not in request.GET:
        return render(request, "prizes/certificate_check.html", {"form": CodeForm()})
    form = CodeForm(request.GET)
    if form.is_valid():
        return redirect("prizes:certificate", code=form.cleaned_data["code"])
    return render(request, "prizes/certificate_check.html", {"form": form}, status=400)


@require_safe
@cache_control(no_store=True, private=True)
def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What the office confirms of a certificate: the least that tells a true one from a false one."""
    limit("certificate", client_address(request), per_minute=CHECKS_PER_MINUTE)
    found = _by_code(code)
    if found is None and (checked := paper_check(request, code)):
        response = checked
    elif found is None:
        form = CodeForm({"code": code[:80]})
        if form.is_valid():
            form.add_error(
                "code", _("Không có giấy chứng nhận nào mang mã này. Vui lòng kiểm tra lại từng ký tự.")
            )
        response = render(request, "prizes/certificate_check.html", {"form": form}, status=404)
    else:
        response = render(
            request,
            "prizes/certificate.html",
            {
                "certificate": found,
                "template": found.award.prize.certificate,
                "name": found.award.holder,
                "prize": found.award.prize_name,
                "contest": found.contest,
                "decision": found.award.run.decision,
                "valid": is_in_force(found),
            },
        )
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
@cache_control(no_store=True, private=True)
def certificate_pdf(request: HttpRequest, code: str) -> FileResponse:
    """The paper itself, for its holder and for organisers with permission; to others it is not there."""
    found = _by_code(code)
    user = request.user
    if found is None or not user.is_authenticated:
        raise Http404
    organiser = user.is_staff and user.has_perm("prizes.view_certificate")
    entry = found.award.entry
    holder = entry is not None and entry.user_id == user.pk
    if not organiser and not (holder and is_in_force(found)):
        raise Http404
    if not hasattr(found, "file"):
        raise NotNow(_("Giấy chứng nhận đang được tạo. Vui lòng quay lại sau ít phút."))
    try:
        paper = (settings.MEDIA_ROOT / found.file.name).open("rb")
    except FileNotFoundError:
        log.error("The file of certificate %s is missing: restore %s", found.pk, found.file.name)
        raise NotNow(_("Bản in tạm thời chưa mở được. Vui lòng liên hệ Ban Tổ chức.")) from None
    return FileResponse(
        paper,
        filename=f"giay-chung-nhan-{found.serial}.pdf",
        content_type="application/pdf",
    )


def _by_code(code: str) -> Certificate | None:
    stored = read_code(code)
    if stored is None:
        return None
    return (
        Certificate.objects.filter(code=stored)
        .select_related(
            "contest", "file", "award__entry", "award__unit", "award__prize__certificate",
            "award__run__decision",
        )
        .first()
    )  # fmt: skip
