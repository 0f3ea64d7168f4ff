"""Questions that people ask in every contest, answered from the contest's own plan."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from contest_site.lib.templatetags.vi import end_moment, moment
from contests.enums import CountingAttempt, ResultShown
from contests.models import Contest, Round


@dataclass(frozen=True)
class Answered:
    """A question, its answer in sentences, and where to go on."""

    question: str
    answer: str
    label: str = ""
    url: str = ""


def general_answers(contest: Contest, rounds: Sequence[Round]) -> list[tuple[str, list[Answered]]]:
    """The questions by heading, in the order in which a person meets them; `rounds` by number. No query."""
    return [
        (_("Đăng ký dự thi"), list(_entering(contest))),
        (_("Làm bài thi"), list(_sitting(contest, rounds))),
        (_("Kết quả"), list(_results(contest, rounds))),
        (_("Dùng trang thi"), list(_site())),
    ]


def _entering(contest: Contest) -> Iterator[Answered]:
    answer = contest.eligibility
    if contest.ineligible:
        answer += "\n" + _("Không được dự thi: %(who)s") % {"who": contest.ineligible}
    yield Answered(
        _("Ai được dự thi?"), answer, _("Xem thể lệ"), reverse("prizes:rules", args=[contest.slug])
    )
    yield Answered(
        _("Dự thi bằng cách nào?"),
        _(
            "Đăng ký tài khoản bằng số điện thoại hoặc thư điện tử, điền phiếu đăng ký dự thi, rồi bấm"
            " “Vào thi” khi vòng thi mở. Làm bài được trên điện thoại, máy tính bảng và máy tính, không phải"
            " cài đặt gì."
        ),
        _("Đến trang cuộc thi"),
        reverse("contest", args=[contest.slug]),
    )
    yield Answered(
        _("Không nhận được mã xác thực thì làm thế nào?"),
        _(
            "Xem lại số điện thoại hoặc địa chỉ thư đã nhập, đợi một lát rồi bấm gửi lại mã; với thư điện tử,"
            " xem cả mục thư rác. Mỗi mã dùng được trong %(minutes)d phút. Vẫn không được thì gọi đường dây"
            " nóng."
        )
        % {"minutes": settings.CODE_LIFETIME // 60},
    )
    yield Answered(
        _("Không tìm thấy đơn vị trong danh sách thì chọn gì?"),
        _(
            "Gõ một phần tên đơn vị, không cần dấu. Nếu vẫn không có, chọn đơn vị cấp trên gần nhất, mở mục"
            " “Đơn vị không có trong danh sách?” và ghi tên đơn vị: vẫn được dự thi, Ban Tổ chức xem rồi xếp"
            " vào đúng đơn vị."
        ),
        _("Mở phiếu đăng ký"),
        reverse("contests:entry", args=[contest.slug]),
    )
    yield Answered(
        _("Điền sai thông tin đăng ký thì sửa thế nào?"),
        _(
            "Gửi đề nghị sửa thông tin, kèm lý do, trước khi kết quả được công bố. Ban Tổ chức xem rồi quyết"
            " định; câu trả lời hiện ở cùng trang. Cần gấp thì gọi đường dây nóng."
        ),
        _("Đề nghị sửa thông tin"),
        reverse("contests:correct", args=[contest.slug]),
    )


def _sitting(contest: Contest, rounds: Sequence[Round]) -> Iterator[Answered]:
    yield Answered(_("Thi khi nào, mỗi lượt bao nhiêu phút, được mấy lượt?"), _rounds(contest, rounds))
    if any(one.attempts_allowed > 1 for one in rounds):
        counted = {str(CountingAttempt(one.counting_attempt).label) for one in rounds}
        if len(counted) == 1:
            yield Answered(
                _("Thi nhiều lượt thì tính lượt nào?"),
                _("%(attempt)s được dùng để xếp hạng.") % {"attempt": counted.pop()},
            )
    yield Answered(
        _("Mất mạng, tắt máy hoặc đóng nhầm trang khi đang làm bài thì sao?"),
        _(
            "Câu trả lời đã báo “Đã lưu” không bị mất. Vào lại trang cuộc thi và bấm “Làm tiếp bài thi”, trên"
            " thiết bị khác cũng được. Thời gian làm bài vẫn tính trong lúc mất mạng."
        ),
    )
    yield Answered(
        _("Hết giờ mà chưa bấm nộp bài thì sao?"),
        _("Bài được nộp tự động với các câu trả lời đã lưu đến lúc hết giờ."),
    )
    yield Answered(
        _("Trang thi có theo dõi màn hình hay việc chuyển cửa sổ không?"),
        _(
            "Không. Trang thi ghi câu trả lời, thời gian, địa chỉ mạng và loại trình duyệt; không ghi việc"
            " chuyển cửa sổ, sao chép hay chụp màn hình."
        ),
    )


def _rounds(contest: Contest, rounds: Sequence[Round]) -> str:
    if not rounds:
        return _("Từ %(opens)s đến %(closes)s.") % {
            "opens": moment(contest.opens_at),
            "closes": end_moment(contest.closes_at),
        }
    return "\n".join(
        _("%(round)s: từ %(opens)s đến %(closes)s; %(minutes)d phút, %(attempts)d lượt.")
        % {
            "round": one.name,
            "opens": moment(one.opens_at),
            "closes": end_moment(one.closes_at),
            "minutes": one.time_limit_minutes,
            "attempts": one.attempts_allowed,
        }
        for one in rounds
    )


def _results(contest: Contest, rounds: Sequence[Round]) -> Iterator[Answered]:
    yield Answered(
        _("Mã biên nhận dùng để làm gì?"),
        _(
            "Mã chứng minh bài thi đã được nhận, với thời điểm nộp. Nên ghi lại hoặc chụp ảnh; ai có mã đều"
            " kiểm tra được mà không thấy điểm của người khác."
        ),
        _("Kiểm tra mã biên nhận"),
        reverse("attempts:receipt"),
    )
    shown = {ResultShown(one.result_shown) for one in rounds}
    when = {
        ResultShown.AT_ONCE: _("Ngay sau khi nộp bài."),
        ResultShown.AFTER_CLOSE: _("Sau khi vòng thi kết thúc."),
        ResultShown.AFTER_PUBLICATION: _("Sau khi Ban Tổ chức công bố kết quả."),
    }
    if len(shown) == 1:
        yield Answered(_("Khi nào biết điểm của mình?"), when[shown.pop()])
    yield Answered(
        _("Khi nào có kết quả và danh sách giải?"),
        _(
            "Sau khi vòng thi kết thúc, Ban Tổ chức rà soát, phê duyệt và ban hành quyết định trao giải, rồi"
            " công bố trên trang kết quả."
        ),
        _("Xem trang kết quả"),
        reverse("prizes:results", args=[contest.slug]),
    )
    yield Answered(
        _("Làm sao biết đề thi và bảng xếp hạng không bị sửa?"),
        _(
            "Bộ câu hỏi được niêm phong trước giờ mở và mã niêm phong được công bố. Sau khi có kết quả, ai"
            " cũng tự tính lại được."
        ),
        _("Cách kiểm tra"),
        reverse("prizes:verify", args=[contest.slug]),
    )


def _site() -> Iterator[Answered]:
    yield Answered(
        _("Quên mật khẩu thì làm thế nào?"),
        _("Đăng nhập bằng mã một lần, hoặc đặt lại mật khẩu bằng số điện thoại hay thư điện tử đã đăng ký."),
        _("Đặt lại mật khẩu"),
        reverse("account_reset_password"),
    )
    yield Answered(
        _("Chữ nhỏ, khó đọc thì làm thế nào?"),
        _(
            "Bấm A+ ở đầu trang để chữ lớn hơn. Độ tương phản, nền sáng hay tối, độ dài dòng và giãn dòng"
            " cũng chọn được; lựa chọn được nhớ trên thiết bị."
        ),
        _("Cách hiển thị trang"),
        reverse("reading"),
    )
