"""What to put where an official plan is silent: always a required choice, never a silent default.

Keys are the plan file's dotted keys without an index. The same words stand in the file's error messages and
in the admin's help texts.
"""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SUGGESTED: Mapping[str, Promise] = {
    "contest.hotline": _("số điện thoại của cơ quan thường trực"),
    "contest.names_shown": _("họ và tên đầy đủ (full)"),
    "contest.live_participation": _("không công khai (false), để không ai đoán theo số đang tăng"),
    "categories": _("các nhóm đối tượng nêu trong kế hoạch"),
    "consent.version": _("năm và số lần sửa, ví dụ 2024-1"),
    "consent.text": _("nêu dữ liệu thu thập, mục đích, thời gian lưu và quyền của người dự thi"),
    "rounds.time_limit_minutes": _("30 phút cho 30 câu"),
    "rounds.attempts_allowed": _("2 lượt"),
    "rounds.counting_attempt": _("lượt tốt nhất (best)"),
    "rounds.result_shown": _("ngay sau khi nộp bài (at_once)"),
    "rounds.prediction_target": _("số người trả lời đúng tất cả câu hỏi (all_right)"),
    "rounds.rank_order": _(
        "điểm, câu dự đoán, thời gian làm bài, thời điểm nộp (score, prediction, duration, submitted)"
    ),
    "rounds.only_all_right": _("không (false)"),
    "certificate.issuer": _("Ban Tổ chức Cuộc thi"),
    "certificate.reason": _("đạt giải tại cuộc thi, kèm tên cuộc thi"),
    "certificate.signature_authority": _("TM. BAN TỔ CHỨC"),
    "certificate.signature_title": _("TRƯỞNG BAN"),
}
