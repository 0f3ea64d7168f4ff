"""The keys of a plan file: what each table may hold, of which type, and whether it must be there.

The guide for those who write one is docs/plan-file.md; every key stands there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from contest_site.lib.identity import national_id_hash, normal_phone
from contest_site.lib.text import clean
from contests.enums import (
    AgencyComparison,
    Asked,
    Audience,
    AwardMethod,
    CertificateKind,
    Combine,
    CountingAttempt,
    ExclusionRole,
    Marking,
    NamesShown,
    Participation,
    PredictionScope,
    PredictionTarget,
    ResultShown,
    TableScope,
)
from questions.enums import Difficulty

# Plans speak of the time in Viet Nam, whatever the server's own zone is.
PLAN_ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
# Seconds are for what no plan says but a database may hold: a file written from it loses nothing.
MOMENT = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)? (\d{1,2}/\d{1,2}/\d{4})", re.ASCII)
DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})", re.ASCII)


@dataclass(frozen=True)
class Key:
    """`convert` gives the stored value or raises ValueError (or DomainError) with a sentence.

    `default` is the value of an optional key that is not there.
    """

    convert: Callable[[Any], Any]
    required: bool = True
    default: object = None
    # the model's field, where the file's word is another one
    field: str = ""


@dataclass(frozen=True)
class Table:
    """A table of keys, or with `many` a list of such tables ([[rounds]])."""

    keys: Mapping[str, Key | Table]
    many: bool = False
    required: bool = True


Keys = Mapping[str, Key | Table]


def text(value: object) -> str:
    """Several lines allowed."""
    if not isinstance(value, str):
        raise ValueError(_("Phải là chữ, đặt trong dấu ngoặc kép."))
    lines = "\n".join(clean(line) for line in value.splitlines()).strip("\n")
    if not lines:
        raise ValueError(_("Không được để trống."))
    return lines


def name(length: int) -> Callable[[object], str]:
    """One line of at most `length` characters."""

    def convert(value: object) -> str:
        line = " ".join(text(value).split())
        if len(line) > length:
            raise ValueError(
                _("Dài %(found)d ký tự, tối đa %(limit)d.") % {"found": len(line), "limit": length}
            )
        return line

    return convert


def slug(value: object) -> str:
    found = name(80)(value)
    if not re.fullmatch(r"[-\w]+", found, re.ASCII):
        raise ValueError(_("Chỉ gồm chữ không dấu, chữ số, dấu gạch nối và gạch dưới."))
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
    hour, minute, second, on = int(found[1]), int(found[2]), int(found[3] or 0), day(found[5])
    into_day = timedelta(
        hours=hour, minutes=minute, seconds=second, microseconds=int((found[4] or "").ljust(6, "0"))
    )
    if into_day > timedelta(days=1) or minute > 59 or second > 59:
        raise ValueError(_("Giờ không đúng: từ 00:00 đến 24:00."))
    # Viet Nam has one offset all year, so adding hours to its midnight is exact.
    return datetime(on.year, on.month, on.day, tzinfo=PLAN_ZONE) + into_day


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


def quotas(value: object) -> dict[str, int | dict[str, int]]:
    """{topic: how many}, or {topic: {difficulty: how many}}."""
    if not isinstance(value, dict):
        raise ValueError(_("Phải là bảng: chủ đề = số câu."))
    found = {name(200)(topic): _quota(wanted) for topic, wanted in value.items()}
    if len(found) < len(value):
        raise ValueError(_("Có chủ đề bị lặp lại."))
    return found


def _quota(value: object) -> int | dict[str, int]:
    questions = numbers(1, 200)
    if not isinstance(value, dict):
        return questions(value)
    if not value:
        raise ValueError(_("Chưa ghi số câu của từng mức độ."))
    found = {choice(Difficulty)(level): questions(number) for level, number in value.items()}
    return {level: found[level] for level in Difficulty.values if level in found}


def percent(value: object) -> Decimal:
    """70, "70" or "70,5": exact, at most two places, over 0 and up to 100."""
    if isinstance(value, str) and re.fullmatch(r"\d{1,3}([.,]\d{1,2})?", value.strip(), re.ASCII):
        value = Decimal(value.strip().replace(",", "."))
    if not isinstance(value, int | Decimal) or isinstance(value, bool):
        raise ValueError(_("Phải là tỷ lệ phần trăm, như 70 hoặc “70,5”."))
    value = Decimal(value)
    if not value.is_finite() or not (0 < value <= 100 and value == value.quantize(Decimal("0.01"))):
        raise ValueError(_("Phải lớn hơn 0, không quá 100, nhiều nhất hai chữ số thập phân."))
    return value


def weights(value: object) -> dict[str, int]:
    """Whole per cents by metric; which metrics there are and what they add up to is a rule."""
    if not isinstance(value, dict):
        raise ValueError(_("Phải là bảng: tiêu chí = phần trăm."))
    return {str(metric): numbers(-1_000_000, 1_000_000)(share) for metric, share in value.items()}


def id_hash(value: object) -> str:
    """As the export writes it: the keyed digest of a national ID, known to this installation alone."""
    found = text(value)
    if not re.fullmatch(r"[0-9a-f]{64}", found):
        raise ValueError(_("Phải là 64 chữ số thập lục phân do lệnh xuất kế hoạch ghi ra."))
    return found


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
    "min_age": Key(numbers(1, 100), required=False),
    "age_on": Key(day, required=False),
    "headcounts_until": Key(day, required=False),
    "names_shown": Key(choice(NamesShown)),
    "live_participation": Key(yes_or_no),
    "agency_comparison": Key(choice(AgencyComparison), required=False, default=AgencyComparison.NONE.value),
    "prizes_per_person": Key(numbers(1, 1000), required=False),
    "marking": Key(choice(Marking), required=False, default=Marking.WHOLE.value),
}
# The individual standings of the whole contest; only a contest of several rounds has them.
OVERALL: Keys = {
    "combine": Key(choice(Combine), field="overall_combine"),
    # Which keys there are and whether they fit is a rule (contests.rules), not a type.
    "rank_order": Key(texts, required=False, default=[], field="overall_rank_order"),
    "only_all_right": Key(yes_or_no, required=False, default=False, field="overall_only_all_right"),
}
NO_OVERALL: Mapping[str, object] = {
    "overall_combine": Combine.NONE.value,
    "overall_rank_order": [],
    "overall_only_all_right": False,
}
# What the entry form asks beside name, unit and category.
ENTRY: Keys = {
    "birth_date": Key(choice(Asked), required=False, default=Asked.REQUIRED.value, field="ask_birth_date"),
    "gender": Key(choice(Asked), required=False, default=Asked.REQUIRED.value, field="ask_gender"),
    "phone": Key(choice(Asked), required=False, default=Asked.REQUIRED.value, field="ask_phone"),
    "national_id": Key(choice(Asked), required=False, default=Asked.OPTIONAL.value, field="ask_national_id"),
    "address": Key(choice(Asked), required=False, default=Asked.NO.value, field="ask_address"),
}
USUAL_ENTRY: Mapping[str, object] = {
    rule.field: rule.default for rule in ENTRY.values() if isinstance(rule, Key)
}
CATEGORY: Keys = {"name": Key(name(200)), "participation": Key(choice(Participation))}
MILESTONE: Keys = {
    "label": Key(name(200)),
    "from": Key(day, required=False, field="starts_on"),
    "to": Key(day, required=False, field="ends_on"),
    "text": Key(name(200), required=False, default=""),
}
DOCUMENT: Keys = {"title": Key(name(200)), "file": Key(name(200))}
UNITS: Keys = {"area": Key(name(20)), "file": Key(name(200), required=False)}
BLOCK: Keys = {"name": Key(name(200))}
ROUND_NAME_LENGTH = 100
# How many rounds one line may make, and how long each may be.
MAX_ROUNDS, MAX_DAYS = 100, 366
WEEKLY: Keys = {
    "start": Key(moment),
    "count": Key(numbers(2, MAX_ROUNDS)),
    "days": Key(numbers(1, MAX_DAYS)),
}
PROMOTION: Keys = {
    "from": Key(numbers(1, 1000), field="promotes_from"),
    "best": Key(numbers(1, 1000), field="promotes_best"),
}
ROUND: Keys = {
    "number": Key(numbers(1, 1000)),
    "name": Key(name(ROUND_NAME_LENGTH)),
    # Either the two, or a series of rounds that follow each other.
    "opens_at": Key(moment, required=False),
    "closes_at": Key(moment, required=False),
    "weekly": Table(WEEKLY, required=False),
    "promotion": Table(PROMOTION, required=False),
    "bank": Key(name(200)),
    "questions": Key(numbers(1, 200)),
    "quotas": Key(quotas, required=False, default={}),
    "time_limit_minutes": Key(numbers(1, 600)),
    "attempts_allowed": Key(numbers(1, 1000)),
    "attempts_per_day": Key(numbers(1, 1000), required=False),
    "cooldown_minutes": Key(numbers(0, 10_000), required=False, default=0),
    "min_plausible_seconds": Key(numbers(1, 36_000), required=False),
    "counting_attempt": Key(choice(CountingAttempt)),
    "result_shown": Key(choice(ResultShown)),
    "prediction_target": Key(choice(PredictionTarget)),
    # That it must be there when a prediction is asked is a rule.
    "prediction_scope": Key(choice(PredictionScope), required=False),
    "prediction_text": Key(text, required=False, default=""),
    "rank_order": Key(texts),
    "only_all_right": Key(yes_or_no),
}
CERTIFICATE: Keys = {
    "name": Key(name(100)),
    "kind": Key(choice(CertificateKind)),
    "issuer": Key(name(200)),
    "reason": Key(name(300)),
    "signature_authority": Key(name(200)),
    "signature_title": Key(name(200)),
    # Who signs is often known only when the decision is.
    "signature_name": Key(name(200), required=False, default=""),
}
PRIZE: Keys = {
    "position": Key(numbers(1, 1000)),
    "name": Key(name(100)),
    "quantity": Key(numbers(1, 10_000)),
    "amount": Key(numbers(0, 2_000_000_000)),
    # The name of one of the certificates; without it no paper is given.
    "certificate": Key(name(100), required=False),
}
PRIZE_TABLE: Keys = {
    "number": Key(numbers(1, 1000), required=False),
    "name": Key(name(100)),
    "scope": Key(choice(TableScope)),
    "round": Key(numbers(1, 1000), required=False),
    "audience": Key(choice(Audience)),
    "method": Key(choice(AwardMethod)),
    "unit_order": Key(texts, required=False, default=[]),
    "weights": Key(weights, required=False, default={}),
    "best_of": Key(numbers(1, 10_000), required=False),
    "by_block": Key(yes_or_no, required=False, default=False),
    "min_participants": Key(numbers(0, 100_000_000), required=False),
    "min_ratio_percent": Key(percent, required=False),
    "winner_limit": Key(numbers(1, 1000), required=False),
    "unit_limit": Key(numbers(1, 1000), required=False),
    "prizes": Table(PRIZE, many=True),
}
CONSENT: Keys = {"version": Key(name(20), field="consent_version"), "text": Key(text, field="consent_text")}
EXCLUSION: Keys = {
    "full_name": Key(name(200)),
    "role": Key(choice(ExclusionRole)),
    "account": Key(name(150), required=False, default=""),
    "phone": Key(lambda value: normal_phone(text(value)), required=False),
    "national_id": Key(lambda value: national_id_hash(text(value)), required=False),
    "national_id_hash": Key(id_hash, required=False),
}
# The whole file, in the order in which it is written.
PLAN: Keys = {
    "chosen": Key(texts, required=False, default=[]),
    "contest": Table(CONTEST),
    "overall": Table(OVERALL, required=False),
    "entry": Table(ENTRY, required=False),
    "categories": Table(CATEGORY, many=True),
    "milestones": Table(MILESTONE, many=True),
    "documents": Table(DOCUMENT, many=True),
    "units": Table(UNITS),
    "blocks": Table(BLOCK, many=True),
    "rounds": Table(ROUND, many=True),
    "certificates": Table(CERTIFICATE, many=True),
    "prize_tables": Table(PRIZE_TABLE, many=True),
    "consent": Table(CONSENT),
    "exclusions": Table(EXCLUSION, many=True),
}


def dotted_keys(keys: Keys = PLAN, above: str = "") -> Iterator[str]:
    """Every key of a plan file with the tables above it, without indexes: "rounds.weekly.start"."""
    for key, rule in keys.items():
        yield f"{above}{key}"
        if isinstance(rule, Table):
            yield from dotted_keys(rule.keys, f"{above}{key}.")


def without_indexes(place: str) -> str:
    """ "prize_tables[3].prizes[1].amount" is about the key "prize_tables.prizes.amount"."""
    return re.sub(r"\[\d+\]", "", place)


def field_keys() -> dict[tuple[str, str], str]:
    """(the file's table, the model's field) → the file's dotted key, for screens that speak of fields."""
    found = {}
    for table, rule in PLAN.items():
        if isinstance(rule, Table):
            for dotted, key in _leaves(rule.keys, f"{table}."):
                found[table, key.field or dotted.rpartition(".")[2]] = dotted
    return found


def _leaves(keys: Keys, above: str) -> Iterator[tuple[str, Key]]:
    for key, rule in keys.items():
        if isinstance(rule, Key):
            yield f"{above}{key}", rule
        elif not rule.many:
            yield from _leaves(rule.keys, f"{above}{key}.")
