"""The keys of a plan file: what each table may hold, of which type, and whether it must be there."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import clean
from contests.enums import (
    Audience,
    CertificateKind,
    CountingAttempt,
    ExclusionRole,
    NamesShown,
    PredictionTarget,
    ResultShown,
)

# Plans speak of the time in Viet Nam, whatever the server's own zone is.
PLAN_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
MOMENT = re.compile(r"(\d{1,2}):(\d{2}) (\d{1,2}/\d{1,2}/\d{4})")
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")


@dataclass(frozen=True)
class Key:
    """`convert` gives the stored value or raises ValueError (or DomainError) with a sentence."""

    convert: Callable[[Any], Any]
    required: bool = True
    default: object = None
    # the model's field, where the file's word is another one
    field: str = ""


def text(value: object) -> str:
    """Several lines allowed."""
    if not isinstance(value, str):
        raise ValueError(_("Phải là chữ, đặt trong dấu ngoặc kép."))
    lines = unicodedata.normalize("NFC", value).strip().splitlines()
    if not lines:
        raise ValueError(_("Không được để trống."))
    return "\n".join(clean(line) for line in lines)


def name(length: int) -> Callable[[object], str]:
    """One line of at most `length` characters."""

    def convert(value: object) -> str:
        line = clean(text(value))
        if len(line) > length:
            raise ValueError(
                _("Dài %(found)d ký tự, tối đa %(limit)d.") % {"found": len(line), "limit": length}
            )
        return line

    return convert


def slug(value: object) -> str:
    found = name(80)(value)
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", found):
        raise ValueError(_("Chỉ gồm chữ thường không dấu, chữ số và dấu gạch nối."))
    return found


def numbers(low: int, high: int) -> Callable[[object], int]:
    """A whole number, also as text (a cell of a CSV file)."""

    def convert(value: object) -> int:
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if not isinstance(value, int) or isinstance(value, bool):
            raise ValueError(_("Phải là số nguyên."))
        if not low <= value <= high:
            raise ValueError(_("Phải từ %(low)d đến %(high)d.") % {"low": low, "high": high})
        return value

    return convert


def yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("Phải là true (có) hoặc false (không)."))
    return value


def moment(value: object) -> datetime:
    """ "07:00 10/11/2024" in Viet Nam; "24:00 30/11/2024" is the instant 00:00 01/12/2024."""
    found = MOMENT.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(_("Thời điểm viết như “07:00 10/11/2024” hoặc “24:00 30/11/2024”."))
    hour, minute, on = int(found[1]), int(found[2]), day(found[3])
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise ValueError(_("Giờ không đúng: từ 00:00 đến 24:00."))
    midnight = datetime(on.year, on.month, on.day, tzinfo=PLAN_ZONE)
    # Viet Nam has one offset all year, so adding hours to its midnight is exact.
    return midnight + timedelta(hours=hour, minutes=minute)


def day(value: object) -> date:
    found = DAY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise ValueError(_("Ngày viết như “10/11/2024”."))
    try:
        return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        raise ValueError(_("Không có ngày “%(day)s”.") % {"day": value}) from None


def choice(choices: type[TextChoices]) -> Callable[[object], str]:
    def convert(value: object) -> str:
        if value not in choices.values:
            raise ValueError(_("Phải là một trong: %(choices)s.") % {"choices": ", ".join(choices.values)})
        return str(value)

    return convert


def texts(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise ValueError(_("Phải là một danh sách các dòng chữ."))
    return [text(item) for item in value]


def quotas(value: object) -> dict[str, int]:
    if not isinstance(value, dict):
        raise ValueError(_("Phải là bảng: chủ đề = số câu."))
    return {name(200)(topic): numbers(1, 200)(questions) for topic, questions in value.items()}


Keys = Mapping[str, Key]
CONTEST: Keys = {
    "slug": Key(slug),
    "name": Key(name(300)),
    "organiser": Key(name(200)),
    "parent_organiser": Key(name(200), required=False, default=""),
    "standing_body": Key(name(200), required=False, default=""),
    "place": Key(name(100)),
    "subject": Key(text),
    "eligibility": Key(text),
    "ineligible": Key(text, required=False, default=""),
    "legal_basis": Key(texts, required=False, default=[]),
    "hotline": Key(name(200)),
    "opens_at": Key(moment),
    "closes_at": Key(moment),
    "names_shown": Key(choice(NamesShown)),
    "live_participation": Key(yes_or_no),
}
CERTIFICATE: Keys = {
    "kind": Key(choice(CertificateKind), field="certificate_kind"),
    "issuer": Key(name(200), field="certificate_issuer"),
    "reason": Key(name(300), field="certificate_reason"),
    "signature_authority": Key(name(200)),
    "signature_title": Key(name(200)),
    # Who signs is often known only when the decision is.
    "signature_name": Key(name(200), required=False, default=""),
}
CONSENT: Keys = {"version": Key(name(20), field="consent_version"), "text": Key(text, field="consent_text")}
UNITS: Keys = {"area": Key(name(20)), "file": Key(name(200), required=False)}
MILESTONE: Keys = {
    "label": Key(name(200)),
    "from": Key(day, required=False, field="starts_on"),
    "to": Key(day, required=False, field="ends_on"),
    "text": Key(name(200), required=False, default=""),
}
DOCUMENT: Keys = {"title": Key(name(200)), "file": Key(name(200))}
ROUND: Keys = {
    "number": Key(numbers(1, 1000)),
    "name": Key(name(100)),
    "opens_at": Key(moment),
    "closes_at": Key(moment),
    "bank": Key(name(200)),
    "questions": Key(numbers(1, 200)),
    "time_limit_minutes": Key(numbers(1, 600)),
    "attempts_allowed": Key(numbers(1, 1000)),
    "counting_attempt": Key(choice(CountingAttempt)),
    "result_shown": Key(choice(ResultShown)),
    "prediction_target": Key(choice(PredictionTarget)),
    "prediction_text": Key(text, required=False, default=""),
    # Which keys there are and whether they fit is a rule (contests.rules), not a type.
    "rank_order": Key(texts),
    "only_all_right": Key(yes_or_no),
    "quotas": Key(quotas, required=False),
}
PRIZE: Keys = {
    "position": Key(numbers(1, 1000)),
    "name": Key(name(100)),
    "quantity": Key(numbers(1, 10_000)),
    "amount": Key(numbers(0, 2_000_000_000)),
    "round": Key(numbers(1, 1000), required=False),
    "audience": Key(choice(Audience), required=False, default=Audience.INDIVIDUAL.value),
}
EXCLUSION: Keys = {
    "full_name": Key(name(200)),
    "role": Key(choice(ExclusionRole)),
    "account": Key(name(150), required=False, default=""),
    "phone": Key(lambda value: normal_phone(text(value)), required=False),
    "national_id": Key(lambda value: national_id_hash(text(value)), required=False, field="national_id_hash"),
}
