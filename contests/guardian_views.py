"""A guardian's pages: a code sent to the guardian's own contact opens them, without an account.

No address of these pages says whom they are about; what was proved is in the session, for half an hour.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from contest_site.accounts.contact import Contact, channel_of, read_contact
from contest_site.accounts.forms import no_code_for
from contest_site.lib.errors import Invalid
from contest_site.lib.network import limit
from contests.domain.consenting import (
    check_guardian_code,
    consent_for_child,
    digest_of,
    send_guardian_code,
    waiting_children,
    withdraw_consent,
)
from contests.enums import Purpose
from contests.forms import GuardianCodeForm
from contests.models import Consent, ConsentWithdrawal, Entry, Guardian

SESSION = "guardian"
HALF_AN_HOUR = 1800


@dataclass(frozen=True)
class Child:
    """A line of the guardian's page."""

    guardian: Guardian
    entry: Entry
    consent: Consent | None
    withdrawal: ConsentWithdrawal | None
    digest: str
    unticked: bool = False


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def guardian(request: HttpRequest) -> HttpResponse:
    """Asks for contact and code; then the children for whom this contact may consent."""
    if request.method == "POST":
        return _identify(request)
    contact = _proved(request)
    if contact is None:
        return render(request, "contests/guardian.html", {"form": GuardianCodeForm()})
    return _children_page(request, contact)


def _identify(request: HttpRequest) -> HttpResponse:
    form = GuardianCodeForm(request.POST)
    sending = "send" in request.POST
    form.fields["code"].required = not sending
    sent = False
    if form.is_valid():
        try:
            contact = read_contact(form.cleaned_data["contact"])
            # By the contact, never by an address that a whole school shares.
            limit("guardian-code", contact.value, per_minute=3 if sending else 10)
            if sending:
                # The same budget as of every code, whether the contact is any child's guardian or not.
                if refusal := no_code_for(contact, "request_login_code"):
                    raise Invalid(refusal)
                send_guardian_code(contact)
                sent = True
            else:
                check_guardian_code(contact, form.cleaned_data["code"])
                request.session.cycle_key()
                request.session[SESSION] = {"contact": contact.value, "until": time.time() + HALF_AN_HOUR}
                return redirect("contests:guardian")
        except Invalid as error:
            form.add_error(None, str(error.message))
    return render(
        request, "contests/guardian.html", {"form": form, "sent": sent}, status=400 if form.errors else 200
    )


def _proved(request: HttpRequest) -> Contact | None:
    found = request.session.get(SESSION)
    if not found or found["until"] < time.time():
        return None
    return Contact(channel_of(found["contact"]), found["contact"])


@never_cache
@require_POST
def guardian_answer(request: HttpRequest) -> HttpResponse:
    """Agrees for a child, takes it back, or leaves the page."""
    contact, answer = _proved(request), request.POST.get("answer")
    if answer == "leave" or contact is None:
        request.session.pop(SESSION, None)
        return redirect("contests:guardian")
    rows = waiting_children(contact).select_related("entry__contest")
    child = rows.filter(pk=_number(request.POST.get("child", ""))).first()
    if child is None or answer not in ("agree", "withdraw"):
        raise Http404
    if answer == "withdraw":
        withdraw_consent(child.entry, guardian=child)
    elif request.POST.get("consent"):
        consent_for_child(child, read_digest=request.POST.get("digest", "") or "-")
    else:
        return _children_page(request, contact, unticked=child.pk, status=400)
    return redirect("contests:guardian")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _children_page(
    request: HttpRequest, contact: Contact, *, unticked: int = 0, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"children": _children(contact, unticked)}
    return render(request, "contests/guardian_children.html", context, status=status)


def _children(contact: Contact, unticked: int) -> list[Child]:
    """Three queries, however many children."""
    rows = list(waiting_children(contact).select_related("entry__contest", "entry__unit"))
    entries = [row.entry_id for row in rows]
    consents = {
        one.entry_id: one
        for one in Consent.objects.filter(entry__in=entries, purpose=Purpose.CHILD_TAKES_PART)
    }
    withdrawals = {one.entry_id: one for one in ConsentWithdrawal.objects.filter(entry__in=entries)}
    return [
        Child(
            guardian=row,
            entry=row.entry,
            consent=consents.get(row.entry_id),
            withdrawal=withdrawals.get(row.entry_id),
            digest=digest_of(row.entry.contest.consent_text),
            unticked=row.pk == unticked,
        )
        for row in rows
    ]
