"""What people look at to judge a signal: its figures in words, its papers and answers side by side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from attempts.anomalies import rules
from attempts.anomalies.models import AnomalyKind
from attempts.domain.papers import sealed_paper
from attempts.models import Anomaly, Attempt
from attempts.queries import with_marks
from contest_site.lib.templatetags.vi import duration, moment, number
from contests.queries import seal_of
from questions.formats.rich_reading import to_plain

SHOWN = 50  # papers on a page
BESIDE = 6  # papers whose answers stand side by side
LETTERS = "ABCDEFGHIJ"
REASONS = {
    "before_opening": lambda: _("bắt đầu trước giờ mở vòng thi"),
    "after_close": lambda: _("bắt đầu sau khi vòng thi đóng"),
    "late": lambda: _("nộp sau hạn nộp bài"),
    "long": lambda: _("làm lâu hơn thời gian làm bài"),
    "deadline": lambda: _("hạn nộp bài không đúng quy định"),
    "duration": lambda: _("thời gian làm bài không khớp giờ bắt đầu và giờ nộp"),
    "saved_late": lambda: _("lưu sau hạn nộp bài"),
    "future": lambda: _("giờ nộp ở tương lai"),
    "overlap": lambda: _("bắt đầu khi lượt trước chưa nộp"),
}


def summary(anomaly: Anomaly) -> str:
    """One sentence that tells what was found; it names nobody."""
    told, people = anomaly.evidence, number(anomaly.people)
    match anomaly.kind:
        case AnomalyKind.SPEED:
            return _("Nộp sau %(time)s, mức tối thiểu hợp lý là %(least)s.") % {
                "time": duration(told["fastest_ms"]),
                "least": duration(told["minimum_ms"]),
            }
        case AnomalyKind.ANSWERS:
            return _("%(people)s người sai giống nhau; cặp giống nhất trùng %(equal)d câu sai.") % {
                "people": people,
                "equal": told["equal"],
            }
        case AnomalyKind.NATIONAL_ID:
            return _("%(people)s đăng ký có cùng số định danh cá nhân.") % {"people": people}
        case AnomalyKind.PHONE:
            return _("%(people)s đăng ký có cùng số điện thoại.") % {"people": people}
        case AnomalyKind.NAME:
            return _("%(people)s đăng ký có cùng họ tên và ngày sinh.") % {"people": people}
        case AnomalyKind.ADDRESS:
            return _("%(people)s người thi từ cùng một địa chỉ mạng.") % {"people": people}
        case AnomalyKind.DEVICE:
            return _("%(people)s người nối tiếp nhau trên cùng mạng, cùng loại trình duyệt.") % {
                "people": people
            }
        case AnomalyKind.BURST:
            return _("%(most)s bài bắt đầu trong cùng %(minutes)d phút.") % {
                "most": number(max(count for _slot, count in told["slots"])),
                "minutes": rules.BURST_MINUTES,
            }
        case AnomalyKind.HEADCOUNT:
            return _("%(people)s người dự thi, đơn vị có %(all)s người.") % {
                "people": people,
                "all": number(told["headcount"]),
            }
    reasons = dict.fromkeys(reason for _paper, some in told["reasons"] for reason in some)
    return f"{'; '.join(REASONS[one]() for one in reasons).capitalize()}."


def figures_of(anomaly: Anomaly) -> list[str]:
    """What else people need to judge the signal, among it what is ordinary."""
    told = anomaly.evidence
    match anomaly.kind:
        case AnomalyKind.SPEED:
            return [_("Mức tối thiểu được công bố trong Thể lệ. Người thuộc bài có thể làm nhanh.")]
        case AnomalyKind.ANSWERS:
            return [
                _("Nếu tự làm bài, cặp bài như thế xuất hiện với xác suất 1 trên %(odds)s.")
                % {"odds": number(int(told["one_in"]))},
                _("Đã so sánh %(pairs)s cặp bài cùng đơn vị, trên những câu hỏi mà cả hai bài đều có.")
                % {"pairs": number(told["pairs"])},
                _("Cùng học một tài liệu sai cũng làm nhiều người sai giống nhau."),
            ]
        case AnomalyKind.NATIONAL_ID | AnomalyKind.PHONE:
            return [_("Có thể là một người có hai tài khoản, hoặc người trong gia đình khai chung số.")]
        case AnomalyKind.NAME:
            return [_("Hai người khác nhau vẫn có thể trùng họ tên và ngày sinh.")]
        case AnomalyKind.ADDRESS:
            return [
                _("Số đơn vị: %(units)s; số loại trình duyệt: %(devices)s.")
                % {"units": number(told["units"]), "devices": number(told["devices"])},
                _("Trường học, cơ quan hoặc mạng di động dùng chung một địa chỉ là việc bình thường."),
            ]
        case AnomalyKind.DEVICE:
            return [
                _("Từ %(start)s đến %(end)s.")
                % {"start": _moment(told["from"]), "end": _moment(told["until"])},
                _("Phòng máy, máy dùng chung của cơ quan là việc bình thường."),
            ]
        case AnomalyKind.BURST:
            slots = [
                _("%(start)s: %(count)s bài") % {"start": _moment(slot), "count": number(count)}
                for slot, count in told["slots"]
            ]
            return [
                *slots,
                _("Cả vòng thi, đơn vị này có %(every)s bài.") % {"every": number(told["every"])},
                _("Trường học, cơ quan tổ chức thi cùng một buổi là việc bình thường."),
            ]
        case AnomalyKind.HEADCOUNT:
            return [_("Kiểm tra tổng số người đã khai, hoặc người chọn nhầm đơn vị khi đăng ký.")]
    return [_("Giờ được ghi theo đồng hồ của cơ sở dữ liệu, không theo máy của người dự thi.")]


@dataclass(frozen=True)
class Paper:
    """One paper of a signal, as its row on the page. `odd`: what the clock says of it."""

    attempt: Any
    odd: list[str]


def papers_beside(anomaly: Anomaly) -> list[Paper]:
    """The first papers of a signal, in its order. One query."""
    keys = anomaly.attempts[:SHOWN]
    rows = with_marks(Attempt.objects.filter(pk__in=keys)).select_related("entry__unit")
    found = {row.pk: row for row in rows.defer("seed", "paper", "orders", "limits", "answers", "choices")}
    reasons = dict(anomaly.evidence.get("reasons", []))
    return [
        Paper(found[key], [REASONS[one]() for one in reasons.get(str(key), [])])
        for key in keys
        if key in found
    ]


@dataclass(frozen=True)
class Answered:
    """A question that two papers and more have: its number in the pool, and each paper's choice."""

    number: int
    text: str
    cells: list[tuple[str, bool]]  # what was chosen, and whether it is the same wrong choice as another's


def answers_beside(anomaly: Anomaly, *, words: bool) -> tuple[list[Any], list[Answered]] | None:
    """The strongest papers and the questions that they share, for equal wrong answers; None for other kinds.

    Letters are the options' in the sealed pool; the questions' words only for those who may see keys.
    """
    seal = seal_of(anomaly.round)
    if anomaly.kind != AnomalyKind.ANSWERS or seal is None:
        return None
    keys = anomaly.attempts[:BESIDE]
    rows = {one.pk: one for one in Attempt.objects.filter(pk__in=keys).select_related("entry")}
    papers = [rows[key] for key in keys if key in rows]
    sealed = sealed_paper(seal.pk)
    chosen = [dict(zip(one.paper, one.choices or [], strict=True)) for one in papers]
    lines = []
    for question in sorted({at for one in chosen for at in one}):
        given = [one.get(question) for one in chosen]
        if sum(choice is not None for choice in given) < 2:
            continue
        scale = sealed.scales[question]
        wrong = [choice for choice in given if choice and not scale.worths[choice]]
        if len(wrong) < 2:
            continue
        cells = [
            (_letters(choice, multiple=scale.multiple), choice is not None and wrong.count(choice) > 1)
            for choice in given
        ]
        text = to_plain(sealed.pool.questions[question].text) if words else ""
        lines.append(Answered(question + 1, text, cells))
    return papers, lines


def _letters(choice: int | None, *, multiple: bool) -> str:
    if choice is None:
        return _("không có câu này")
    if choice == 0:
        return "–"
    if multiple:
        return " + ".join(letter for at, letter in enumerate(LETTERS) if choice >> at & 1)
    return LETTERS[choice - 1]


def _moment(text: str) -> str:
    found = parse_datetime(text)
    assert isinstance(found, datetime)
    return moment(found)
