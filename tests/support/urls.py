"""Every address of the URLconf, with arguments that lead to real objects of `everything.World`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from attempts.models import Disqualification, KeyCorrection, Reinstatement
from contest_site.public.cards import card_of
from contest_site.reports.models import Report
from contests.models import Contest, DataExport, Promotion, RosterImport, RosterPerson, UnitImport
from prizes.models import Certificate, Nomination
from prizes.progress import Step
from prizes.scope import Scope
from questions.models import ImportDraft, Picture
from tests.support.everything import World

OF_UNIT = re.compile(r"agency:|reports:new")
Arguments = Mapping[str, Any]


@dataclass(frozen=True)
class Address:
    """`name` is the view's with its namespace, or of a nameless pattern its route."""

    name: str
    route: str
    parameters: tuple[str, ...]


def addresses() -> list[Address]:
    """In the order of the URLconf, each name once."""
    found: dict[str, Address] = {}
    for names, route, pattern in _walk(get_resolver(), (), ""):
        parameters = tuple(pattern.pattern.regex.groupindex) + tuple(re.findall(r"<(?:\w+:)?(\w+)>", route))
        name = ":".join((*names, pattern.name)) if pattern.name else route
        found.setdefault(name, Address(name, route, tuple(dict.fromkeys(parameters))))
    return list(found.values())


def _walk(
    resolver: URLResolver, names: tuple[str, ...], before: str
) -> Iterator[tuple[tuple[str, ...], str, URLPattern]]:
    for one in resolver.url_patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from _walk(one, (*names, one.namespace) if one.namespace else names, route)
        else:
            yield names, route, one


def path_of(address: Address, world: World) -> str:
    """The address itself. Raises LookupError for a parameter that nobody has told about here."""
    if address.name == address.route:
        # The admin's own: an object's short address, and whatever leads nowhere.
        if not address.parameters or "url" in address.parameters:
            return "/quan-tri/khong-co-trang-nay/"
        _admin, app, name = address.route.split("/")[:3]
        model = apps.get_model(app, name)
        return "/" + re.sub(r"<[^>]+>", str(_first(model, world).pk), address.route)
    given = dict(OF_ADDRESS[address.name](world)) if address.name in OF_ADDRESS else {}
    for parameter in address.parameters:
        if parameter not in given:
            given[parameter] = _argument(address, parameter, world)
    path = reverse(address.name, kwargs=given)
    # An agency's pages are about the unit named: ward A's.
    return f"{path}?unit={world.wards[0].pk}" if "slug" in given and OF_UNIT.match(address.name) else path


def _argument(address: Address, parameter: str, world: World) -> Any:
    if parameter in ("object_id", "pk", "question", "bank"):
        name = address.name.removeprefix("admin:").split("_")
        if address.name.startswith("admin:") and (model := _model(name)):
            if parameter == "bank":
                return world.running.bank_id
            return _first(model, world).pk
    if parameter in OF_PARAMETER:
        return OF_PARAMETER[parameter](world)
    raise LookupError(f"{address.name}: say in tests/support/urls.py what <{parameter}> is to be")


def _model(name: list[str]) -> Any:
    try:
        return apps.get_model(name[0], name[1])
    except LookupError:
        return None


def _first(model: Any, world: World) -> Any:
    """The world's own object of a model, or its newest."""
    own = {
        "contests.contest": world.contest,
        "contests.round": world.running,
        "contests.unit": world.wards[0],
        "contests.entry": world.entry,
        "attempts.attempt": world.done,
        "accounts.user": world.entry.user,
        "questions.bank": world.running.bank,
    }
    label = model._meta.label_lower
    if label in own:
        return own[label]
    if label == "questions.question":
        return world.running.bank.questions.order_by("pk").first()
    row = model._default_manager.order_by("pk").last()
    if row is None:
        raise LookupError(f"The world has no {label}: say in tests/support/everything.py how one is made")
    return row


def _certificate(world: World) -> Certificate:
    found = Certificate.objects.filter(award__run=world.run).order_by("pk").first()
    assert found is not None
    return found


OF_PARAMETER: Mapping[str, Callable[[World], Any]] = {
    "slug": lambda world: world.contest.slug,
    "contest_id": lambda world: world.contest.pk,
    "round_id": lambda world: world.running.pk,
    "round_number": lambda world: world.running.number,
    "number": lambda world: world.running.number,
    "unit_id": lambda world: world.wards[0].pk,
    "entry_id": lambda world: world.entry.pk,
    "user_id": lambda world: world.entry.user_id,
    "bank_id": lambda world: world.running.bank_id,
    "attempt_id": lambda world: world.done.pk,
    "document_id": lambda world: world.contest.documents.get().pk,
    "code": lambda world: _certificate(world).code,
    "app_label": lambda world: "contests",
    "address": lambda world: Scope.of_round(world.published),
    "version": lambda world: world.run.version,
    "shape": lambda world: "ngang",
}


def _chosen(world: World) -> Arguments:
    nomination = Nomination.objects.get()
    return {
        "address": Scope.of_round(world.running),
        "nomination": nomination.pk,
        "prize": nomination.prize_id,
    }


def _only(keys: str, found: Callable[[World], Arguments]) -> Callable[[World], Arguments]:
    return lambda world: {key: value for key, value in found(world).items() if key in keys.split()}


def _tie(world: World) -> Arguments:
    table = world.tied.contest.prize_tables.get()
    return {"address": Scope.of_round(world.tied), "table": table.pk, "block": 0, "rank": 1}


OF_ADDRESS: Mapping[str, Callable[[World], Arguments]] = {
    "attempts:paper": lambda world: {"attempt_id": world.open.pk},
    "attempts:save": lambda world: {"attempt_id": world.open.pk},
    "attempts:review": lambda world: {"attempt_id": world.open.pk},
    "attempts:submit": lambda world: {"attempt_id": world.open.pk},
    "reports:report": lambda world: {"key": Report.objects.get().key},
    "reports:download": lambda world: {"key": Report.objects.get().key},
    "agency:match": lambda world: {"person_id": RosterPerson.objects.get().pk},
    "agency:roster_preview": lambda world: {
        "draft_id": RosterImport.objects.get(by__offices__unit=world.wards[0]).pk
    },
    "agency:person": lambda world: {"entry_id": world.entry.pk},
    "admin:object_history": lambda world: {
        "app_label": "contests",
        "model_name": "contest",
        "object_id": world.contest.pk,
    },
    "admin:audit_change_export": lambda world: {"form": "csv"},
    "admin:contests_contest_start_plan": lambda world: {"plan": "quang-ngai-2024"},
    "admin:contests_contest_step": lambda world: {"object_id": world.contest.pk, "step": "ke-hoach"},
    "admin:contests_roster_match": lambda world: {"pk": RosterPerson.objects.get().pk},
    "admin:contests_roster_preview": lambda world: {"draft": RosterImport.objects.get(by=world.by).pk},
    "admin:contests_unit_preview": lambda world: {"draft": UnitImport.objects.get().pk},
    "admin:prizes_closing": lambda world: {"pk": world.published.pk},
    "admin:prizes_closing_contest": lambda world: {"pk": world.contest.pk},
    "admin:prizes_press_file": lambda world: {"address": Scope.of_round(world.published), "kind": "pdf"},
    "data_download": lambda world: {"pk": DataExport.objects.get().pk},
    "card": lambda world: {"digest": card_of(world.contest).digest},
    "picture": lambda world: {"name": Picture.objects.get().pk},
    "prizes:verify_list": lambda world: {"run_id": world.run.pk},
    "mfa_edit_webauthn": lambda world: {"pk": 1},
    "mfa_remove_webauthn": lambda world: {"pk": 1},
    "admin:view_on_site": lambda world: {
        "content_type_id": ContentType.objects.get_for_model(Contest).pk,
        "object_id": world.contest.pk,
    },
    "admin:questions_bank_preview": lambda world: {
        "bank": world.running.bank_id,
        "draft": ImportDraft.objects.get().pk,
    },
    "admin:attempts_reinstate": lambda world: {"pk": Disqualification.objects.get(reinstatement=None).pk},
    "admin:attempts_reinstatement_paper": lambda world: {
        "pk": Reinstatement.objects.get().disqualification_id
    },
    "admin:attempts_correction": lambda world: {"pk": KeyCorrection.objects.get().pk},
    "admin:attempts_correction_paper": lambda world: {"pk": KeyCorrection.objects.get().pk},
    "admin:prizes_tie": _tie,
    "admin:prizes_step": lambda world: {"address": Scope.of_round(world.tied), "step": Step.RANK.value},
    "admin:prizes_promotions": lambda world: {"address": Scope.of_round(world.coming)},
    "admin:prizes_promotion_tie": lambda world: {
        "address": Scope.of_round(world.coming),
        "unit": world.wards[1].pk,
        "rank": 2,
    },
    "admin:prizes_withdrawal": lambda world: {
        "address": Scope.of_round(world.coming),
        "promotion": Promotion.objects.get().pk,
    },
    "study": lambda world: {"slug": "on-tap-1"},
    "practice": lambda world: {"slug": "on-tap-1"},
    "study_pdf": lambda world: {"slug": "on-tap-1"},
    "admin:prizes_nominations": _only("address", _chosen),
    "admin:prizes_nominate": _only("address prize", _chosen),
    "admin:prizes_withdraw_nomination": _only("address nomination", _chosen),
    "admin:prizes_report": _only("address nomination", _chosen),
}
