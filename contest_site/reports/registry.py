"""The kinds of reports: what each is called, who may ask for it, and what makes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contest_site.agency.paper import participation_paper
from contest_site.reports.book import Book, Order, Paper
from contest_site.reports.kinds.awards import prize_list
from contest_site.reports.kinds.existing import budget, items
from contest_site.reports.kinds.final import final
from contest_site.reports.kinds.missing import non_participants
from contest_site.reports.kinds.participation import participation
from contest_site.reports.kinds.people import participants
from contest_site.reports.kinds.results import results
from contest_site.reports.kinds.units import unit_standings

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SEE_ENTRIES, SEE_RESULTS, SEE_KEY = "contests.view_entry", "prizes.view_standingsrun", "questions.see_key"
# For organisers, beside the kind's own permission, whenever a file names people.
EXPORT_PEOPLE = "reports.export_people"
SEE_NATIONAL_IDS = "contests.see_national_id"


class Rounds(Enum):
    """Whether a report is about one round."""

    NONE = "none"
    MAYBE = "maybe"
    ONE = "one"


@dataclass(frozen=True)
class Kind:
    """One kind. `permission` is what organisers need; officers of an agency need their unit alone, and only
    where `for_agencies`. `holds_personal_data`: proved to be oneself within minutes before it is handed out.
    """

    name: str
    title: Promise
    about: Promise
    file: str  # the file's name begins with it
    write: Callable[[Order], Book | Paper]
    permission: str
    for_agencies: bool = False
    holds_personal_data: bool = False
    by_unit: bool = False
    rounds: Rounds = Rounds.NONE
    national_ids: bool = False
    suffix: str = "xlsx"

    @property
    def offers_rounds(self) -> bool:
        """Of one round or of all."""
        return self.rounds is Rounds.MAYBE

    @property
    def needs_round(self) -> bool:
        return self.rounds is Rounds.ONE

    @property
    def content_type(self) -> str:
        return "application/pdf" if self.suffix == "pdf" else EXCEL


ALL = (
    Kind(
        "participation",
        _("Tham gia theo đơn vị"),
        _("Mỗi đơn vị một dòng: tổng số người, số người dự thi, số lượt thi, tỷ lệ, điểm."),
        "tham-gia",
        participation,
        SEE_ENTRIES,
        for_agencies=True,
        by_unit=True,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "participants",
        _("Danh sách người dự thi"),
        _("Mỗi người một dòng, xếp theo tên; có kết quả tốt nhất của từng người."),
        "nguoi-du-thi",
        participants,
        SEE_ENTRIES,
        for_agencies=True,
        holds_personal_data=True,
        by_unit=True,
        rounds=Rounds.MAYBE,
        national_ids=True,
    ),
    Kind(
        "agency-paper",
        _("Báo cáo tham gia (một trang, để ký)"),
        _("Bản PDF theo thể thức văn bản hành chính; số, ngày và chữ ký để trống."),
        "bao-cao-tham-gia",
        participation_paper,
        SEE_ENTRIES,
        for_agencies=True,
        by_unit=True,
        rounds=Rounds.MAYBE,
        suffix="pdf",
    ),
    Kind(
        "missing",
        _("Danh sách người chưa dự thi"),
        _("Người có trong danh sách của đơn vị mà chưa thấy dự thi, kèm lý do của từng người."),
        "chua-du-thi",
        non_participants,
        SEE_ENTRIES,
        for_agencies=True,
        holds_personal_data=True,
        by_unit=True,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "results",
        _("Kết quả thi cá nhân"),
        _("Từng vòng thi và cả cuộc thi: hạng, điểm, thời gian, câu dự đoán, giải."),
        "ket-qua",
        results,
        SEE_RESULTS,
        holds_personal_data=True,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "unit-standings",
        _("Bảng xếp hạng đơn vị"),
        _("Mỗi đơn vị một dòng, có đủ từng thành phần của công thức xếp hạng."),
        "xep-hang-don-vi",
        unit_standings,
        SEE_RESULTS,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "prizes",
        _("Danh sách nhận giải, ký nhận"),
        _("Giải đã phê duyệt: người, đơn vị nhận giải, số tiền và cột ký nhận."),
        "nhan-giai",
        prize_list,
        SEE_RESULTS,
        holds_personal_data=True,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "budget",
        _("Kinh phí giải thưởng"),
        _("Kế hoạch, đã trao và còn lại của từng bảng giải."),
        "kinh-phi",
        budget,
        SEE_RESULTS,
        rounds=Rounds.MAYBE,
    ),
    Kind(
        "items",
        _("Phân tích câu hỏi"),
        _("Tỷ lệ đúng, độ phân biệt, số người chọn từng phương án của mỗi câu hỏi."),
        "phan-tich-cau-hoi",
        items,
        SEE_KEY,
        rounds=Rounds.ONE,
    ),
    Kind(
        "final",
        _("Báo cáo kết quả cuộc thi (PDF)"),
        _("Tổ chức, tham gia, kết quả, giải thưởng, kinh phí, có biểu đồ; phần nhận xét để trống."),
        "bao-cao-ket-qua",
        final,
        SEE_RESULTS,
        holds_personal_data=True,
        suffix="pdf",
    ),
)
KINDS: Mapping[str, Kind] = {kind.name: kind for kind in ALL}
