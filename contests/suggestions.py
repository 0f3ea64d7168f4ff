"""What to put where an official plan is silent: always a required choice, never a silent default.

Keys are the plan file's dotted keys without an index. The same words stand in the file's error messages and
in the admin's help texts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Suggestion:
    """In people's words, and as the value is written in a plan file where the two differ."""

    words: Promise
    written: str = ""

    def __str__(self) -> str:
        return f"{self.words} ({self.written})" if self.written else str(self.words)


SUGGESTED: Mapping[str, Suggestion] = {
    "contest.hotline": Suggestion(_("số điện thoại của cơ quan thường trực")),
    "contest.names_shown": Suggestion(_("họ và tên đầy đủ"), "full"),
    "contest.live_participation": Suggestion(
        _("không công khai, để không ai đoán theo số đang tăng"), "false"
    ),
    "contest.agency_comparison": Suggestion(
        _("thứ hạng và khoảng trong khối, không nêu tên đơn vị khác"), "without_names"
    ),
    "contest.age_on": Suggestion(_("ngày mở cuộc thi")),
    "overall.combine": Suggestion(_("không xếp hạng cá nhân cả cuộc thi"), "none"),
    "overall.rank_order": Suggestion(
        _("điểm, thời gian làm bài, thời điểm nộp"), "score, duration, submitted"
    ),
    "categories": Suggestion(_("các nhóm đối tượng nêu trong kế hoạch")),
    "categories.participation": Suggestion(_("được dự thi, không bắt buộc"), "open"),
    "units.area": Suggestion(_("mã của đơn vị cao nhất trong địa bàn")),
    "rounds.bank": Suggestion(_("ngân hàng câu hỏi do Tổ ra đề soạn")),
    "rounds.time_limit_minutes": Suggestion(_("30 phút cho 30 câu")),
    "rounds.attempts_allowed": Suggestion(_("2 lượt")),
    "rounds.min_plausible_seconds": Suggestion(_("2 giây cho mỗi câu, tức 60 giây cho 30 câu"), "60"),
    "rounds.counting_attempt": Suggestion(_("lượt tốt nhất"), "best"),
    "rounds.result_shown": Suggestion(_("ngay sau khi nộp bài"), "at_once"),
    "rounds.prediction_target": Suggestion(_("số người trả lời đúng tất cả câu hỏi"), "all_right"),
    "rounds.prediction_scope": Suggestion(_("đếm trong chính vòng thi"), "round"),
    "rounds.rank_order": Suggestion(
        _("điểm, câu dự đoán, thời gian làm bài, thời điểm nộp"), "score, prediction, duration, submitted"
    ),
    "rounds.only_all_right": Suggestion(_("không"), "false"),
    "certificates.kind": Suggestion(_("giấy chứng nhận"), "giay_chung_nhan"),
    "certificates.issuer": Suggestion(_("Ban Tổ chức Cuộc thi")),
    "certificates.reason": Suggestion(_("tên đầy đủ của cuộc thi")),
    "certificates.signature_authority": Suggestion(_("TM. BAN TỔ CHỨC")),
    "certificates.signature_title": Suggestion(_("TRƯỞNG BAN")),
    "prize_tables.scope": Suggestion(_("cả cuộc thi"), "contest"),
    "prize_tables.audience": Suggestion(_("cá nhân"), "individual"),
    "prize_tables.method": Suggestion(_("theo bảng xếp hạng"), "ranked"),
    "prize_tables.unit_order": Suggestion(
        _("số người dự thi, rồi điểm trung bình"), "participants, mean_score"
    ),
    "prize_tables.best_of": Suggestion(_("10 người")),
    "prize_tables.prizes.amount": Suggestion(_("theo thể lệ; chưa có thì ghi 0"), "0"),
    "consent.version": Suggestion(_("năm và số lần sửa, ví dụ 2024-1")),
    "consent.text": Suggestion(_("nêu dữ liệu thu thập, mục đích, thời gian lưu và quyền của người dự thi")),
}
