"""Sửa đáp án, at /quan-tri/attempts/keycorrection/: from the wrong question to the next standings.

It lies in this app because its preview tells what becomes of standings and prizes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _

from attempts.admin.pages import GroundsForm, download, page, sent, words
from attempts.domain.correcting import checked_options, decide_correction, propose_correction
from attempts.domain.papers import sealed_paper
from attempts.models import KeyCorrection, Regrade
from attempts.queries import choice_counts, corrections_in_force, lines_of, undecided_corrections
from contest_site.lib.admin import ReadOnlyAdmin
from contest_site.lib.errors import DomainError, Invalid, NotNow
from contest_site.lib.text import fold
from contests.models import Round
from contests.queries import announced_contests, closing_of
from prizes.domain.regrade_preview import Preview, preview
from prizes.models import StandingsRun
from questions.enums import Kind
from questions.formats.rich_reading import to_plain
from questions.pools import PoolQuestion
from questions.rules import LETTERS

if TYPE_CHECKING:
    from contest_site.accounts.models import User

JUDGE, APPROVE = "attempts.judge_attempts", "attempts.approve_key_correction"
SEE_KEY, APPRAISE = "questions.see_key", "questions.appraise_revision"
LISTED = 100
QUESTIONS_SHOWN = 50
COMBINATIONS_SHOWN = 10


def may_propose(user: Any) -> bool:
    """Keys are secret: who judges or appraises, and may see them."""
    return bool(user.has_perm(SEE_KEY) and (user.has_perm(JUDGE) or user.has_perm(APPRAISE)))


def may_look(user: Any) -> bool:
    return bool(may_propose(user) or user.has_perm(APPROVE))


def waiting_corrections() -> QuerySet[KeyCorrection]:
    """What was proposed and nobody has decided yet, the oldest first."""
    return (
        KeyCorrection.objects.filter(round__contest__in=announced_contests(), decision=None)
        .select_related("round__contest", "by")
        .order_by("pk")
    )


class DecisionForm(forms.Form):
    """Another person's word on a correction; the button pressed says which."""

    reason = words(_("Ý kiến (bắt buộc khi không đồng ý)"), required=False)


@dataclass(frozen=True)
class Option:
    """A question's option: how often it was chosen, whether it counts now and would count (is a key)."""

    index: int
    text: str
    chosen: int
    counts: bool
    would: bool

    @property
    def letter(self) -> str:
        return LETTERS[self.index]


@dataclass(frozen=True)
class Combination:
    """Options ticked together by so many: their letters, and whether exactly these are right now."""

    letters: str
    chosen: int
    counts: bool


@admin.register(KeyCorrection)
class KeyCorrectionAdmin(ReadOnlyAdmin):
    """Round → question → what is to count → preview and grounds → another person's decision → regrade."""

    def get_urls(self) -> list[URLPattern]:
        def at(address: str, view: Callable[..., HttpResponse], name: str) -> URLPattern:
            return path(address, self.admin_site.admin_view(view), name=f"attempts_{name}")

        return [
            at("", self.list_page, "keycorrection_changelist"),
            at("vong/<int:round_id>/", self.questions_page, "corrected_round"),
            at("vong/<int:round_id>/cau/<int:number>/", self.question_page, "corrected_question"),
            at("<int:pk>/", self.correction_page, "correction"),
            at("<int:pk>/tai-lieu/", self.paper, "correction_paper"),
        ]

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_look(request.user)

    def list_page(self, request: HttpRequest) -> HttpResponse:
        """What was proposed, the latest first; and the rounds of which a question may be corrected."""
        _check(may_look(request.user))
        corrections = (
            KeyCorrection.objects.filter(round__contest__in=announced_contests())
            .select_related("round__contest", "by", "decision__by")
            .order_by("-pk")
        )
        rounds = _rounds().order_by("-opens_at") if may_propose(request.user) else Round.objects.none()
        return page(
            request, self.admin_site, "corrections", _("Sửa đáp án"), KeyCorrection,
            corrections=corrections[:LISTED], rounds=rounds[:LISTED], may_propose=may_propose(request.user),
        )  # fmt: skip

    def questions_page(self, request: HttpRequest, round_id: int) -> HttpResponse:
        """The questions of the round's sealed pool, by number or by words in them."""
        _check(may_propose(request.user))
        round = get_object_or_404(_rounds(), pk=round_id)
        typed = request.GET.get("q", "").strip()
        found = _search(_pool(round), typed)
        return page(
            request, self.admin_site, "questions", _("Chọn câu hỏi"), KeyCorrection,
            round=round, typed=typed, questions=found[:QUESTIONS_SHOWN],
            more=max(0, len(found) - QUESTIONS_SHOWN), total=len(_pool(round)),
            corrected={line[0] + 1 for line in corrections_in_force(round)},
        )  # fmt: skip

    def question_page(self, request: HttpRequest, round_id: int, number: int) -> HttpResponse:
        """How the options were chosen, and what is to count; then the preview with the grounds; then sent."""
        _check(may_propose(request.user))
        round = get_object_or_404(_rounds(), pk=round_id)
        if not 1 <= number <= len(_pool(round)):
            raise Http404
        wanted = KeyCorrection(round=round, question=number - 1, accepted=[])
        if request.method != "POST":
            return self._question(request, wanted, GroundsForm())
        form = GroundsForm(*(sent(request) if request.POST.get("step") == "send" else ()))
        try:
            _want(wanted, request)
            if form.is_valid():
                return self._send(request, wanted, form)
            return self._question(request, wanted, form, changes=preview(wanted))
        except DomainError as refusal:
            return self._question(request, wanted, form, error=refusal)

    def _send(self, request: HttpRequest, wanted: KeyCorrection, form: GroundsForm) -> HttpResponse:
        made = propose_correction(
            wanted.round,
            question=wanted.question,
            accepted=wanted.accepted,
            void=wanted.void,
            grounds=form.cleaned_data["grounds"],
            attachment=form.cleaned_data["attachment"],
            by=_person(request),
        )
        messages.success(request, _("Đã gửi đề nghị. Một người khác xem xét và quyết định."))
        return HttpResponseRedirect(reverse("admin:attempts_correction", args=[made.pk]))

    def _question(
        self,
        request: HttpRequest,
        wanted: KeyCorrection,
        form: GroundsForm,
        *,
        changes: Preview | None = None,
        error: DomainError | None = None,
    ) -> HttpResponse:
        status = error.status if error else 400 if form.is_bound else 200
        undecided = undecided_corrections(wanted.round).filter(question=wanted.question)
        return page(
            request, self.admin_site, "question",
            _("Sửa đáp án câu %(number)d") % {"number": wanted.question + 1},
            KeyCorrection, status=status, **_shown(wanted), error=error, form=form, preview=changes,
            pending=undecided.first(),
        )  # fmt: skip

    def correction_page(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A proposal with what it would change; approving or turning it down; what came of it."""
        _check(may_look(request.user))
        form, error = DecisionForm(*(sent(request) if request.method == "POST" else ())), None
        if request.method == "POST":
            _check(request.user.has_perm(APPROVE))
            try:
                messages.success(request, _decide(_correction(pk), form, request))
                return HttpResponseRedirect(request.path)
            except DomainError as refusal:
                error = refusal
        correction = _correction(pk)
        decision = getattr(correction, "decision", None)
        return page(
            request, self.admin_site, "correction",
            _("Sửa đáp án câu %(number)d") % {"number": correction.question + 1}, KeyCorrection,
            status=error.status if error else 200, **_shown(correction), decision=decision, error=error,
            form=form, preview=None if decision else preview(correction),
            own=correction.by_id == request.user.pk, may_decide=request.user.has_perm(APPROVE),
            progress=_progress(correction) if decision and decision.approved else None,
        )  # fmt: skip

    def paper(self, request: HttpRequest, pk: int) -> HttpResponse:
        _check(may_look(request.user))
        return cast("HttpResponse", download(get_object_or_404(KeyCorrection, pk=pk).attachment))


@dataclass(frozen=True)
class Progress:
    """What came of an approved correction: the regrade that applied it, and the standings made after it."""

    closed: bool
    regrade: Regrade | None
    runs: list[StandingsRun]


def _progress(correction: KeyCorrection) -> Progress:
    line = (correction.question, correction.accepted, correction.void)
    regrades = Regrade.objects.filter(round=correction.round, at__gte=correction.decision.at)
    regrade = next((one for one in regrades.order_by("version") if line in lines_of(one)), None)
    runs: list[StandingsRun] = []
    if regrade:
        made = StandingsRun.objects.filter(contest=correction.round.contest_id, at__gte=regrade.at)
        latest = made.order_by("round_id", "-version").distinct("round_id").select_related("contest", "round")
        runs = [run for run in latest if run.round_id in {correction.round_id, None}]
    return Progress(closing_of(correction.round) is not None, regrade, runs)


def _check(allowed: bool) -> None:
    if not allowed:
        raise PermissionDenied


def _person(request: HttpRequest) -> User:
    return cast("User", request.user)  # the admin lets nobody in without an account


def _rounds() -> Any:
    """Rounds that have a key to correct."""
    return Round.objects.filter(contest__in=announced_contests(), seal__isnull=False).select_related(
        "contest", "seal", "closing"
    )


def _correction(pk: int) -> KeyCorrection:
    found = KeyCorrection.objects.select_related(
        "round__contest", "round__seal", "round__closing", "by", "decision__by"
    )
    return get_object_or_404(found, pk=pk, round__contest__in=announced_contests())


def _pool(round: Round) -> tuple[PoolQuestion, ...]:
    return sealed_paper(round.seal.pk).pool.questions


def _search(questions: tuple[PoolQuestion, ...], typed: str) -> list[tuple[int, PoolQuestion]]:
    """Numbered from 1, as the pool has them; accents and case do not matter."""
    numbered = list(enumerate(questions, 1))
    if typed.isascii() and typed.isdigit():
        return [one for one in numbered if str(one[0]) == typed.lstrip("0")]
    words = fold(typed)
    return [one for one in numbered if words in fold(to_plain(one[1].text))]


def _chosen(request: HttpRequest) -> list[int]:
    """The options ticked; anything that is no small number is no option."""
    return [
        int(value) if value.isascii() and value.isdigit() and len(value) < 3 else -1
        for value in request.POST.getlist("accepted")
    ]


def _want(wanted: KeyCorrection, request: HttpRequest) -> None:
    """Put what was ticked into the proposal. Raises Invalid or NotNow for what could not be proposed."""
    wanted.void = request.POST.get("kind") == "void"
    wanted.accepted = checked_options(wanted.round, wanted.question, _chosen(request), void=wanted.void)
    if undecided_corrections(wanted.round).filter(question=wanted.question).exists():
        raise NotNow(_("Câu này đang có một đề nghị sửa đáp án chờ quyết định."))


def _decide(correction: KeyCorrection, form: DecisionForm, request: HttpRequest) -> str:
    """Record the decision; the sentence that tells what was done."""
    if not form.is_valid():
        raise Invalid(_("Ý kiến quá dài."))
    approve = request.POST.get("verdict") == "approve"
    decide_correction(correction, approve=approve, reason=form.cleaned_data["reason"], by=_person(request))
    return _("Đã phê duyệt sửa đáp án.") if approve else _("Đã ghi ý kiến không đồng ý.")


def _shown(correction: KeyCorrection) -> dict[str, Any]:
    """The question with its options: how often each was chosen, which counts and which would."""
    round, at, would = correction.round, correction.question, correction.accepted
    question = _pool(round)[at]
    counts = choice_counts(round, at)
    in_force = {line[0]: line[1:] for line in corrections_in_force(round)}
    right, for_all = in_force.get(at, (list(question.keys), False))
    multiple = question.kind == Kind.MULTIPLE
    options = [
        Option(index, text, _chosen_by(counts, index, multiple=multiple), index in right, index in would)
        for index, text in enumerate(question.options)
    ]
    return {
        "multiple": multiple,
        "combinations": _combinations(counts, right) if multiple else [],
        "correction": correction,
        "round": round,
        "number": at + 1,
        "question": question,
        "options": options,
        "blank": counts.get(0, 0),
        "total": sum(counts.values()),
        "void_now": for_all,
    }


def _chosen_by(counts: Mapping[int, int], option: int, *, multiple: bool) -> int:
    """How many papers chose the option, alone or with others (attempts.rules.marking)."""
    if not multiple:
        return counts.get(option + 1, 0)
    return sum(papers for choice, papers in counts.items() if choice >> option & 1)


def _combinations(counts: Mapping[int, int], right: Collection[int]) -> list[Combination]:
    """What was ticked together, the most frequent first."""
    keys = sum(1 << option for option in right)
    ticked = sorted((-papers, choice) for choice, papers in counts.items() if choice)
    return [
        Combination(
            ", ".join(letter for at, letter in enumerate(LETTERS) if choice >> at & 1),
            -papers,
            choice == keys,
        )
        for papers, choice in ticked[:COMBINATIONS_SHOWN]
    ]
