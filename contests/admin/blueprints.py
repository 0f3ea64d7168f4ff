"""A round's blueprint, how often its questions will be seen, its seals, and breaking the one that stands."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import floor
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminIntegerFieldWidget, UnfoldAdminTextareaWidget

from contest_site.lib.clock import database_now
from contest_site.lib.errors import DomainError
from contest_site.lib.templatetags.vi import number
from contest_site.lib.unfold import ModelAdmin
from contests.admin.pages import address, find_contest, page, permitted
from contests.blueprints import Blueprint, blueprint_of
from contests.domain.unsealing import unseal_round
from contests.models import Contest, Round, RoundSeal
from contests.queries import seal_of, uncounted_entries
from contests.rules.exposure import expected_shared, sharing_at_least

UNSEAL = "questions.seal_bank"
# Where neither headcounts nor entries say how many papers there may be.
SUPPOSED = 1_000


class UnsealForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Lý do mở niêm phong"),
        max_length=4_000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
    )


class ExposureForm(forms.Form):
    papers = forms.IntegerField(
        label=gettext_lazy("Số đề dự kiến"),
        min_value=1,
        max_value=100_000_000,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    shared = forms.IntegerField(
        label=gettext_lazy("Số câu trùng giữa hai đề, từ"),
        min_value=1,
        max_value=200,
        widget=UnfoldAdminIntegerFieldWidget,
    )


class BlueprintPages(ModelAdmin):
    """Pages of a round below its contest's own address."""

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view
        return [
            path(
                "<int:contest_id>/co-cau-de/<int:round_number>/",
                view(self.blueprint_page),
                name="contests_round_blueprint",
            ),
            path(
                "<int:contest_id>/tan-suat/<int:round_number>/",
                view(self.exposure_page),
                name="contests_round_exposure",
            ),
            path(
                "<int:contest_id>/mo-niem-phong/<int:round_number>/",
                view(self.unseal_page),
                name="contests_round_unseal",
            ),
            *super().get_urls(),
        ]

    def blueprint_page(self, request: HttpRequest, contest_id: int, round_number: int) -> HttpResponse:
        """What a paper needs and what there is for it, and every seal that the round has had."""
        round = self._round(request, contest_id, round_number)
        seal = seal_of(round)
        context = {
            "title": _("Cơ cấu đề thi: %(round)s") % {"round": round.name},
            "round": round,
            "seal": seal,
            "blueprint": blueprint_of(round),
            "unsealings": round.unsealings.select_related("pool", "sealed_by", "by").defer("pool__content"),
            "questions_address": f"{reverse('admin:questions_question_changelist')}"
            f"?bank__id__exact={round.bank_id}",
            "may_unseal": may_unseal(request, round, seal),
        }
        return page(request, self.admin_site, "blueprint", round.contest, context)

    def exposure_page(self, request: HttpRequest, contest_id: int, round_number: int) -> HttpResponse:
        """How often each question will be seen by how many papers, and how alike two papers are."""
        round = self._round(request, contest_id, round_number)
        blueprint = blueprint_of(round)
        supposed = {"papers": expected_papers(round.contest), "shared": max(1, blueprint.questions // 2)}
        form = ExposureForm(request.GET if "papers" in request.GET else None, initial=supposed)
        values = form.cleaned_data if form.is_bound and form.is_valid() else supposed
        context = {
            "title": _("Tần suất câu hỏi: %(round)s") % {"round": round.name},
            "round": round,
            "blueprint": blueprint,
            "form": form,
            "papers": values["papers"],
        }
        if not blueprint.faults:
            context |= _exposure(blueprint, values["papers"], values["shared"])
        return page(request, self.admin_site, "exposure", round.contest, context)

    def unseal_page(self, request: HttpRequest, contest_id: int, round_number: int) -> HttpResponse:
        """First what will happen, then the act, with its reason."""
        round = self._round(request, contest_id, round_number)
        user = permitted(request, UNSEAL)
        where = address("round_blueprint", contest_id, round_number)
        form = UnsealForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                unseal_round(round, by=user, reason=form.cleaned_data["reason"])
            except DomainError as error:
                messages.error(request, str(error))
            else:
                messages.success(request, _("Đã mở niêm phong đề. Nhớ niêm phong lại trước giờ mở."))
            return HttpResponseRedirect(where)
        seal = seal_of(round)
        context = {
            "title": _("Mở niêm phong đề: %(round)s") % {"round": round.name},
            "form": form,
            "seal": seal,
            "round": round,
            "own": seal is not None and seal.by_id == user.pk,
            "late": database_now() >= round.opens_at,
            "where": where,
        }
        return page(request, self.admin_site, "unseal", round.contest, context)

    def _round(self, request: HttpRequest, contest_id: int, round_number: int) -> Round:
        contest = find_contest(contest_id)
        if not self.has_view_permission(request, contest):
            raise PermissionDenied
        rounds = contest.rounds.select_related("bank", "contest", "seal__pool", "seal__by")
        return get_object_or_404(rounds.defer("seal__pool__content"), number=round_number)


def may_unseal(request: HttpRequest, round: Round, seal: RoundSeal | None) -> bool:
    """Whether this person could break the seal now; the verb decides again."""
    return (
        seal is not None
        and seal.by_id != request.user.pk
        and request.user.has_perm(UNSEAL)
        and database_now() < round.opens_at
    )


def expected_papers(contest: Contest) -> int:
    """One paper for each person: by the headcounts, else by who entered, else a round number."""
    people: int | None = contest.headcounts.aggregate(total=Sum("people"))["total"]
    entered = contest.entries.exclude(pk__in=uncounted_entries(contest).values("pk"))
    return people or entered.count() or SUPPOSED


def _exposure(blueprint: Blueprint, papers: int, shared: int) -> dict[str, Any]:
    seen = [(line, line.part.seen(papers)) for line in blueprint.lines]
    most = max(times for _line, times in seen)
    return {
        "rows": [
            {
                "line": line,
                "times": rounded(times, 1),
                "share": rounded(times * 100 / papers, 1),
                # Of 1,000, for the bar: a whole number is written alike in every language.
                "bar": int(times * 1_000 / most),
            }
            for line, times in seen
        ],
        "likeness": likeness(blueprint, shared),
    }


def likeness(blueprint: Blueprint, shared: int) -> str:
    """How alike two papers are, in one sentence with the exact numbers, rounded for reading only."""
    names = {"shared": shared, "mean": number(rounded(expected_shared(blueprint.parts), 2))}
    probability = sharing_at_least(blueprint.parts, shared)
    mean = _("Hai đề bất kỳ có trung bình %(mean)s câu giống nhau;") % names
    if probability == 1:
        return f"{mean} {_('chắc chắn có từ %(shared)d câu giống nhau trở lên.') % names}"
    if probability == 0:
        return f"{mean} {_('không thể có từ %(shared)d câu giống nhau trở lên.') % names}"
    percent = rounded(probability * 100, 4)
    names |= {
        "percent": number(percent) if percent else _("dưới 0,0001"),
        "pairs": number(round(1 / probability)),
    }
    if probability > Fraction(1, 2):
        return f"{mean} {_('xác suất có từ %(shared)d câu giống nhau trở lên là %(percent)s %%.') % names}"
    return (
        f"{mean} "
        + _(
            "xác suất có từ %(shared)d câu giống nhau trở lên là %(percent)s %%,"
            " tức khoảng 1 trong %(pairs)s cặp đề."
        )
        % names
    )


def rounded(value: Fraction, places: int) -> Decimal:
    """To so many decimal places, halves up."""
    return Decimal(floor(value * 10**places + Fraction(1, 2))).scaleb(-places)
