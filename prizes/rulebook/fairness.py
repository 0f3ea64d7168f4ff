"""Chapters V and VI: what keeps the contest fair, what is done about faults, data, and whom to ask."""

from __future__ import annotations

from collections.abc import Iterator

from attempts.anomalies import rules
from contests.enums import NamesShown
from prizes.rulebook.parts import Article, Clause, article, clause
from prizes.rulebook.reading import Plan
from prizes.rulebook.words import number, sentence, two


def articles(plan: Plan) -> list[Article | None]:
    return [
        article("sealing", "Niêm phong đề thi và biên nhận bài thi", _sealing(plan)),
        article("checking", "Kiểm tra kết quả", _checking()),
        article("violations", "Dấu hiệu bất thường và xử lý vi phạm", _violations(plan)),
        article("complaints", "Khiếu nại, sửa đáp án và chấm lại", _complaints(plan)),
        article("data", "Dữ liệu cá nhân", _data(plan)),
    ]


def closing_articles(plan: Plan) -> list[Article | None]:
    return [article("contact", "Giải đáp, hỗ trợ", _contact(plan))]


def _sealing(plan: Plan) -> Iterator[Clause]:
    parts = (
        "đề thi, câu trả lời, dự đoán, thời điểm"
        if plan.asks_prediction
        else "đề thi, câu trả lời, thời điểm"
    )
    yield clause(
        "Trước khi mở mỗi vòng thi, bộ câu hỏi được niêm phong. Mã băm SHA-256 của bộ câu hỏi và mã cam"
        " kết (mã băm SHA-256 của số bí mật dùng để chọn câu hỏi) được công bố trên trang của Cuộc thi,"
        " nên về sau không thể thay câu hỏi hoặc sắp đặt đề thi cho ai mà không bị phát hiện."
    )
    yield clause(
        "Sau khi vòng thi kết thúc, số bí mật được công bố để ai cũng kiểm tra được đề của từng lượt thi"
        " đã được chọn đúng quy tắc."
    )
    yield clause(
        "Khi nộp bài, người dự thi nhận mã biên nhận. Mã được tính từ chính nội dung bài đã nộp"
        f" ({parts}); bài bị thay đổi thì mã không còn khớp. Người dự thi nên giữ mã này."
    )


def _checking() -> Iterator[Clause]:
    yield clause(
        "Khi công bố kết quả, Ban Tổ chức công bố mã băm SHA-256 của bảng xếp hạng và danh sách kiểm tra"
        " gồm mọi bài đã nộp. Danh sách không có họ tên, số điện thoại, đơn vị hoặc dữ liệu cá nhân khác."
    )
    yield clause(
        "Danh sách được đăng khi mọi vòng thi dùng chung ngân hàng câu hỏi đã kết thúc, vì từ các bài"
        " trong danh sách có thể suy ra đáp án."
    )
    yield clause(
        "Bất kỳ ai cũng có thể dùng danh sách và chương trình kiểm tra đăng tại mục “Kiểm tra kết quả” để"
        " tự xác nhận:",
        "Mã biên nhận của mình có trong danh sách và bài không bị thay đổi;",
        "Đề của mọi lượt thi được chọn đúng quy tắc đã công bố;",
        "Thứ hạng được xếp đúng từ các bài trong danh sách, theo Thể lệ này.",
    )


def _violations(plan: Plan) -> Iterator[Clause]:
    yield clause(
        "Kết quả bị loại khi có căn cứ xác định người dự thi khai không đúng đối tượng, thi hộ, nhờ thi"
        " hộ, dùng nhiều tài khoản, can thiệp vào hệ thống hoặc gian lận dưới hình thức khác."
    )
    yield clause(
        "Việc loại kết quả, ở một vòng thi hoặc cả Cuộc thi, phải ghi căn cứ bằng văn bản, được lưu lại"
        " cùng người quyết định. Kết quả bị loại nhầm được phục hồi theo cùng cách thức."
    )
    yield clause(
        "Với mỗi lượt thi, hệ thống ghi thời điểm bắt đầu, lưu và nộp bài, câu trả lời, địa chỉ mạng và loại"
        " trình duyệt. Hệ thống không ghi việc rời khỏi màn hình, chuyển cửa sổ, sao chép nội dung, chụp hoặc"
        " quay màn hình."
    )
    yield clause(
        "Trước khi kết quả được phê duyệt, Ban Tổ chức xem xét các dấu hiệu bất thường, mỗi dấu hiệu được ghi"
        " kết luận, căn cứ và người kết luận:",
        *_signals(plan),
    )
    yield clause(
        "Dấu hiệu không làm thay đổi điểm, thời gian, thứ hạng và không tự nó là căn cứ để loại kết quả; chỉ"
        " con người quyết định. Nhiều người của một trường học, cơ quan dùng chung mạng, dùng chung máy hoặc"
        " cùng thi một lúc là việc bình thường."
    )


def _signals(plan: Plan) -> Iterator[Clause]:
    """What is looked for, with every threshold (attempts.anomalies.rules)."""
    if any(one.min_plausible_seconds for one in plan.rounds):
        yield clause(
            "Bài có câu trả lời, nộp nhanh hơn thời gian tối thiểu hợp lý theo {@attempts};",
            keys="rounds.min_plausible_seconds",
        )
    yield clause(
        "Bài của hai người cùng đơn vị chọn cùng phương án sai ở ít nhất"
        f" {two(rules.EQUAL_WRONG)} câu hỏi chung, mức trùng mà trong {number(int(1 / rules.FALSE_ALARMS))}"
        " vòng thi như vậy, nếu mọi người tự làm bài, chỉ xảy ra ở nhiều nhất một cặp bài;"
    )
    yield clause(
        "Những đăng ký của các tài khoản khác nhau có cùng số định danh cá nhân, cùng số điện thoại, hoặc"
        " cùng họ tên và ngày sinh;"
    )
    yield clause(
        f"Từ {two(rules.ADDRESS_PEOPLE)} người thi từ cùng một địa chỉ mạng; từ {two(rules.DEVICE_PEOPLE)}"
        " người nối tiếp nhau thi từ cùng một địa chỉ mạng và cùng một loại trình duyệt, người sau bắt đầu"
        f" không quá {two(rules.DEVICE_SECONDS)} giây sau khi người trước nộp bài;"
    )
    yield clause(
        f"Từ {two(rules.BURST_ATTEMPTS)} bài của một đơn vị bắt đầu trong cùng {two(rules.BURST_MINUTES)}"
        f" phút, gấp từ {two(rules.BURST_TIMES)} lần mức bình quân của đơn vị đó trong vòng thi;"
    )
    yield clause(
        "Thời điểm bắt đầu, lưu hoặc nộp bài nằm ngoài thời gian của vòng thi, của lượt thi, hoặc không khớp"
        " nhau;"
    )
    yield clause("Số người dự thi của một đơn vị nhiều hơn tổng số người của đơn vị đó.")


def _complaints(plan: Plan) -> Iterator[Clause]:
    body = plan.contest.standing_body or "Ban Tổ chức"
    yield clause(f"Khiếu nại về kết quả, câu hỏi, đáp án được gửi đến {body}, kèm mã biên nhận của bài thi.")
    yield clause(
        "Khi phát hiện đáp án sai, Ban Tổ chức sửa đáp án, chấp nhận nhiều phương án hoặc tính đúng câu"
        " hỏi đó cho mọi người. Việc sửa phải có căn cứ, được một người khác phê duyệt và áp dụng cho mọi"
        " bài của vòng thi."
    )
    yield clause(
        "Bài thi được chấm lại tự động; bài đã nộp và số câu đúng cũ được giữ nguyên bên cạnh số câu đúng"
        " mới. Nếu thứ hạng thay đổi thì kết quả mới được phê duyệt và công bố theo {@publication}."
    )


def _data(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    yield clause(
        "Người dự thi được hỏi ý kiến và phải đồng ý trước khi đăng ký. Nội dung đồng ý (phiên bản"
        f" {contest.consent_version}):",
        *[sentence(line) for line in contest.consent_text.splitlines() if line.strip()],
        keys="consent.version consent.text",
    )
    masked = " (họ và tên được che một phần)" if contest.names_shown == NamesShown.MASKED else ""
    yield clause(
        f"Chỉ người đạt giải được công bố họ tên{masked} và đơn vị. Số điện thoại, ngày sinh, số định danh"
        " cá nhân không được công bố; danh sách kiểm tra theo {@checking} chỉ dùng mã số đăng ký."
    )
    yield clause(
        "Trên trang của Cuộc thi, người dự thi xem và tải được dữ liệu của mình, rút lại được sự đồng ý và"
        " gửi được đề nghị xóa dữ liệu; đề nghị được trả lời trong 02 ngày làm việc. Kết quả đã công bố"
        " được giữ theo mã số đăng ký, không còn tên của người đã được xóa dữ liệu."
    )


def _contact(plan: Plan) -> Iterator[Clause]:
    contest = plan.contest
    body = f"{contest.standing_body}; " if contest.standing_body else ""
    yield clause(
        f"Câu hỏi trong khi thi được giải đáp qua {body and 'cơ quan thường trực '}{body}đường dây nóng:"
        f" {contest.hotline}.",
        keys="contest.hotline contest.standing_body",
    )
    if plan.documents:
        titles = [Clause(sentence(one.title)) for one in plan.documents]
        yield clause("Tài liệu được đăng trên trang của Cuộc thi:", *titles)
    yield clause(
        "Thể lệ này được lập từ chính cấu hình mà hệ thống dùng để tổ chức thi, xếp hạng và trao giải."
        " Điều chưa được quy định do Ban Tổ chức xem xét, quyết định và thông báo trên trang của Cuộc"
        " thi."
    )
