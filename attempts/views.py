"""The contestant's pages: start, paper, save, review, submit, result, receipt."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attempts.domain.finishing import attempt_end
from attempts.domain.saving import Finished, Overtaken, Saved, save_answers, save_by_session
from attempts.domain.starting import (
    check_person,
    look_along,
    look_at_start,
    look_from,
    start_at_once,
)
from attempts.domain.submitting import submit_attempt
from attempts.forms import ReceiptForm, SentPaper, prediction_readings, prediction_value, read_paper
from attempts.models import Attempt
from attempts.pages import (
    OWN_REVIEW,
    OWN_START,
    receipt_context,
    remaining_seconds,
    review_context,
    start_context,
)
from attempts.queries import attempt_from, attempt_of, kept_round_of, own_along, receipt_of
from attempts.sheets import paper_page
from contest_site.accounts import sessions
from contest_site.accounts.frames import framed
from contest_site.accounts.models import User
from contest_site.accounts.sessions import session_key, session_mark
from contest_site.lib.errors import DomainError, Invalid
from contest_site.lib.language import always_vietnamese
from contest_site.lib.moulds import Moulds
from contest_site.lib.network import client_address, device_mark, limit
from contests.models import Round

# The result page belongs to the root, because it also tells the published rank.
RESULT = "result"
_moulds = Moulds()


P = ParamSpec("P")
Along = tuple[sessions.Along, Sequence[Any]]


def contestant_required(
    along: Callable[..., Along] | None = None,
) -> Callable[[Callable[Concatenate[HttpRequest, P], HttpResponse]], Callable[..., HttpResponse]]:
    """Signed in, or led to the log-in page and back; the paper's script gets 401 with that page's address.

    `along`: of the view's arguments, what it reads in the same statement (`_read`).
    """

    def required(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def wrapped(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            read = sessions.recognise(request, *along(**kwargs)) if along else sessions.recognise(request)
            if request.user.is_authenticated:
                request.read_along = read  # type: ignore[attr-defined]
                return view(request, *args, **kwargs)
            if wants_json(request):
                message = _(
                    "Phiên đăng nhập đã hết. Vui lòng đăng nhập lại; bài làm vẫn được giữ trên máy này."
                )
                return JsonResponse({"error": message, "login": reverse("account_login")}, status=401)
            return redirect_to_login(request.get_full_path())

        return wrapped

    return required


def _attempt_along(attempt_id: UUID) -> Along:
    return own_along(), [attempt_id]


def _look_along(slug: str, number: int) -> Along:
    try:
        return look_along(kept_round_of(slug, number))
    except Round.DoesNotExist:
        return sessions.NOTHING, ()


def _read(request: HttpRequest) -> Sequence[Any] | None:
    """What the request's first statement has read along, once: later it may be otherwise."""
    row: Sequence[Any] | None = request.__dict__.pop("read_along", None)
    return row if row and row[0] is not None else None


def _user(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # contestant_required came first
    return request.user


def _own(request: HttpRequest, attempt_id: UUID) -> Attempt:
    user_id = _user(request).pk
    if row := _read(request):
        return attempt_from(row, user_id)
    try:
        return attempt_of(user_id, attempt_id)
    except Attempt.DoesNotExist:
        raise Http404 from None


def _limit(request: HttpRequest, what: str, who: int | str | None, *, per_minute: int) -> None:
    """Counted once a request: one that does not end on the short way goes on on the ordinary one."""
    if not hasattr(request, "counted"):
        limit(what, who, per_minute=per_minute)
        request.counted = True  # type: ignore[attr-defined]


def wants_json(request: HttpRequest) -> bool:
    accepted: str = request.META.get("HTTP_ACCEPT", "")
    return accepted.startswith("application/json")


@never_cache
@contestant_required(_look_along)
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """GET explains what will happen, POST starts; an open attempt is gone on with."""
    user = _user(request)
    try:
        round = kept_round_of(slug, number)
    except Round.DoesNotExist:
        raise Http404 from None
    row = _read(request)
    look = look_from(row, round) if row else look_at_start(user.pk, round)
    if request.method == "POST":
        _limit(request, "start", user.pk, per_minute=20)
        attempt = start_at_once(look, address=client_address(request), device=device_mark(request))
        if attempt is None:
            return redirect("contests:entry", slug=slug)
        return redirect("attempts:paper", attempt.pk)
    if look is None:
        return redirect("contests:entry", slug=slug)
    check_person(look.entry, look.round)
    if sitting := next((one for one in look.attempts if one.submitted_at is None), None):
        return redirect("attempts:paper", sitting.pk)
    context = start_context(look)
    key = (round.pk, context["state"], context["unofficial"])
    own = {name: context[name] for name in OWN_START}
    return framed(request, _moulds, "attempts/start.html", key, context, own)


@never_cache
@contestant_required(_attempt_along)
@require_GET
def paper(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    attempt = _own(request, attempt_id)
    if _over(attempt):
        return redirect(RESULT, attempt.pk)
    return HttpResponse(paper_page(request, attempt))


def _over(attempt: Attempt) -> bool:
    """Whether nothing more is taken; an attempt whose time ran out while nobody looked is finished now."""
    if attempt.submitted_at is None and attempt.now >= attempt_end(attempt):  # type: ignore[attr-defined]
        submit_attempt(attempt.pk, attempt.entry.user_id)
        return True
    return attempt.submitted_at is not None


@never_cache
def save(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Save what was tapped: JSON for the page's script, a redirect back to the paper without it.

    Most saves have been answered before they come here (contest_site.express).
    """
    if request.method == "POST":
        saved = save_at_once(request, attempt_id)
        if saved:
            return told(saved)
    return _save_as_contestant(request, attempt_id)


def save_at_once(request: HttpRequest, attempt_id: UUID) -> Saved | None:
    """For the script in one statement that finds out who it is, too. Where it does not save, the longer way
    tells why.
    """
    _limit(request, "save", session_mark(request) or client_address(request), per_minute=240)
    key = session_key(request)
    if not key or not wants_json(request):
        return None
    sent = read_paper(request.POST)
    readings = None if sent.prediction is None else prediction_readings(sent.prediction)
    return save_by_session(attempt_id, key, sent.answers, readings=readings, revision=sent.revision)


@contestant_required()
@require_POST
def _save_as_contestant(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    sent = read_paper(request.POST)
    try:
        return _save(request, attempt_id, sent)
    except Attempt.DoesNotExist:
        raise Http404 from None
    except (Finished, Overtaken) as error:
        return _conflict(request, attempt_id, error)


def _save(request: HttpRequest, attempt_id: UUID, sent: SentPaper) -> HttpResponse:
    value, problem = None, None
    if sent.prediction is not None:
        attempt = _own(request, attempt_id)
        try:
            value = prediction_value(sent.prediction, attempt.round.prediction_target)
        except Invalid as error:
            problem = error
    # A prediction that is no number must not cost the answers that came with it.
    saved = save_answers(
        attempt_id,
        _user(request).pk,
        sent.answers,
        prediction=value,
        clear_prediction=sent.prediction is not None and value is None and problem is None,
        revision=sent.revision if wants_json(request) else None,
    )
    if wants_json(request):
        return told(saved, problem)
    if problem:
        return _paper_again(request, attempt_id, problem.message, sent.prediction or "")
    return redirect("attempts:paper", attempt_id)


def told(saved: Saved, problem: Invalid | None = None) -> JsonResponse:
    body: dict[str, Any] = {
        "revision": saved.revision,
        "saved": True,
        "remaining": saved.remaining_ms // 1000,
    }
    if problem:
        body |= {"error": str(problem.message), "field": "prediction"}
    return JsonResponse(body, status=problem.status if problem else 200)


def _paper_again(request: HttpRequest, attempt_id: UUID, error: str | Promise, typed: str) -> HttpResponse:
    page = paper_page(request, _own(request, attempt_id), value=typed, error=str(error))
    return HttpResponse(page, status=400)


def _conflict(request: HttpRequest, attempt_id: UUID, error: DomainError) -> HttpResponse:
    attempt = _own(request, attempt_id)
    result_url = reverse(RESULT, args=[attempt.pk])
    if not wants_json(request):
        return redirect("attempts:paper", attempt.pk)  # which leads on to the result when it is over
    if isinstance(error, Finished):
        return JsonResponse({"error": str(error), "finished": True, "url": result_url}, status=409)
    draft = attempt.prediction_draft
    return JsonResponse(
        {
            "error": str(error),
            "revision": attempt.revision,
            "answers": {f"q{at}": str(value) for at, value in enumerate(attempt.answers, 1) if value},
            "prediction": "" if draft is None else f"{draft.normalize():f}",
            "remaining": remaining_seconds(attempt),
        },
        status=409,
    )


@never_cache
@contestant_required(_attempt_along)
@require_http_methods(["GET", "POST"])
def review(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Name what is unanswered before the submission. POST saves the whole form first (no script needed)."""
    if request.method == "POST":
        response = save(request, attempt_id)
        if response.status_code != 302:
            return response
        return redirect("attempts:review", attempt_id)
    attempt = _own(request, attempt_id)
    if _over(attempt):
        return redirect(RESULT, attempt.pk)
    context = review_context(attempt)
    key = (attempt.round_id, context["unanswered"], context["prediction_missing"])
    own = {name: context[name] for name in OWN_REVIEW}
    return framed(request, _moulds, "attempts/review.html", key, context, own)


@never_cache
@contestant_required(_attempt_along)
@require_POST
def submit(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """Finish. Double taps, replays and late arrivals all lead to the one result."""
    sent = read_paper(request.POST)
    attempt = _own(request, attempt_id)
    value = None
    if sent.prediction is not None:
        try:
            value = prediction_value(sent.prediction, attempt.round.prediction_target)
        except Invalid as error:
            if _over(attempt):
                return redirect(RESULT, attempt.pk)
            save_answers(attempt.pk, _user(request).pk, sent.answers)
            return _paper_again(request, attempt_id, error.message, sent.prediction)
    submit_attempt(
        attempt_id,
        _user(request).pk,
        sent.answers,
        prediction=value,
        clear_prediction=sent.prediction is not None and value is None,
        read=attempt,
    )
    return redirect(RESULT, attempt_id)


@always_vietnamese
@never_cache
@contestant_required()
@require_GET
def receipt_sheet(request: HttpRequest, attempt_id: UUID) -> HttpResponse:
    """The receipt on one page to print, with a QR code of the address that confirms it.

    Apart from the result: drawing the code costs more than the whole paper, and few print.
    """
    attempt = _own(request, attempt_id)
    if not _over(attempt):
        return redirect("attempts:paper", attempt.pk)
    return render(request, "attempts/receipt_sheet.html", receipt_context(_own(request, attempt_id)))


@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    """Anyone with a receipt code can see that the submission is on record; no name, no score."""
    form = ReceiptForm(request.GET if "code" in request.GET else None)
    found = None
    if form.is_bound and form.is_valid():
        limit("receipt", client_address(request), per_minute=600)
        found = receipt_of(form.cleaned_data["code"])
    return render(request, "attempts/receipt.html", {"form": form, "result": found})
