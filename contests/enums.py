"""The choices of which a plan is made; each value is the word used in a plan file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CountingAttempt(models.TextChoices):
    """Which of a person's attempts counts; never decided by the prediction."""

    FIRST = "first", _("Lượt thi đầu tiên")
    LAST = "last", _("Lượt thi cuối cùng")
    BEST = "best", _("Lượt thi có kết quả tốt nhất")


class ResultShown(models.TextChoices):
    AT_ONCE = "at_once", _("Ngay sau khi nộp bài")
    AFTER_CLOSE = "after_close", _("Sau khi vòng thi kết thúc")
    AFTER_PUBLICATION = "after_publication", _("Sau khi kết quả được công bố")


class PredictionTarget(models.TextChoices):
    NONE = "none", _("Không có câu dự đoán")
    PARTICIPANTS = "participants", _("Số người dự thi")
    ATTEMPTS = "attempts", _("Số lượt thi")
    ALL_RIGHT = "all_right", _("Số người trả lời đúng tất cả câu hỏi")
    ALL_RIGHT_PERCENT = (
        "all_right_percent",
        _("Tỷ lệ phần trăm người trả lời đúng tất cả câu hỏi"),
    )


# Whoever knows the public numbers of participation knows the answer to these.
TOLD_BY_NUMBERS = frozenset({PredictionTarget.PARTICIPANTS, PredictionTarget.ATTEMPTS})


class PredictionScope(models.TextChoices):
    """Over whom the true answer of the prediction question is counted."""

    ROUND = "round", _("Trong vòng thi")
    CONTEST = "contest", _("Trong cả cuộc thi")
    BLOCK = "block", _("Trong khối của người dự thi, tại vòng thi")


class RankKey(models.TextChoices):
    """A key of the individual order, in the plan's sequence; equal on all keys = same rank."""

    SCORE = "score", _("Số câu trả lời đúng nhiều hơn")
    PREDICTION = "prediction", _("Câu dự đoán gần với kết quả thực tế hơn")
    DURATION = "duration", _("Thời gian làm bài ngắn hơn")
    SUBMITTED = "submitted", _("Thời điểm nộp bài sớm hơn")


class Marking(models.TextChoices):
    """What a question with several right options is worth when not exactly these were chosen."""

    WHOLE = "whole", _("Chọn đúng và đủ các đáp án mới được tính là câu đúng")
    PARTS = "parts", _("Mỗi đáp án đúng được tính một phần, mỗi phương án sai bị trừ một phần")

    @property
    def parts(self) -> int:
        """Into how many equal parts a question's mark is divided; 60 can be shared by 1 to 6 keys."""
        return 60 if self is Marking.PARTS else 1


class NamesShown(models.TextChoices):
    FULL = "full", _("Họ và tên đầy đủ")
    MASKED = "masked", _("Họ và tên được che một phần (Nguyễn V. A.)")


class AgencyComparison(models.TextChoices):
    """What an agency's own pages tell of the other units of its block."""

    NONE = "none", _("Không so sánh")
    WITHOUT_NAMES = "without_names", _("Thứ hạng và khoảng trong khối, không nêu tên đơn vị khác")
    NAMED = "named", _("Số liệu của từng đơn vị trong khối, có tên")


class Gender(models.TextChoices):
    FEMALE = "female", _("Nữ")
    MALE = "male", _("Nam")
    OTHER = "other", _("Khác")


class Asked(models.TextChoices):
    """Whether the entry form has a field, and whether it must be filled in."""

    NO = "no", _("Không hỏi")
    OPTIONAL = "optional", _("Hỏi, không bắt buộc")
    REQUIRED = "required", _("Bắt buộc")


class Relation(models.TextChoices):
    """What somebody who consents for a child is to the child."""

    MOTHER = "mother", _("Mẹ")
    FATHER = "father", _("Cha")
    GRANDPARENT = "grandparent", _("Ông, bà")
    GUARDIAN = "guardian", _("Người giám hộ khác")


class Purpose(models.TextChoices):
    """What a consent is for."""

    TAKE_PART = "take_part", _("Dự thi, xếp hạng, trao giải và công bố kết quả")
    CHILD_TAKES_PART = "child_takes_part", _("Cho trẻ em dự thi, xếp hạng, nhận giải và được công bố kết quả")


class Giver(models.TextChoices):
    """How a consent was given: ticked by the person, by the guardian with a code, or signed on paper."""

    PERSON = "person", _("Người dự thi đồng ý trên trang này")
    GUARDIAN = "guardian", _("Người giám hộ đồng ý bằng mã xác thực")
    PAPER = "paper", _("Người giám hộ ký giấy, Ban Tổ chức ghi lại")


class RequestKind(models.TextChoices):
    CORRECTION = "correction", _("Sửa thông tin đã đăng ký")
    MISSING_UNIT = "missing_unit", _("Đơn vị không có trong danh sách")


class Verdict(models.TextChoices):
    ACCEPTED = "accepted", _("Đã chấp nhận")
    REFUSED = "refused", _("Không chấp nhận")


class DataRequestKind(models.TextChoices):
    EXPORT = "export", _("Xuất dữ liệu cá nhân")
    ERASURE = "erasure", _("Xóa dữ liệu cá nhân")


class CertificateKind(models.TextChoices):
    CHUNG_NHAN = "giay_chung_nhan", _("Giấy chứng nhận")
    GIAY_KHEN = "giay_khen", _("Giấy khen")
    BANG_KHEN = "bang_khen", _("Bằng khen")
    # Not with a prize: for whoever took part and asks for it.
    THAM_GIA = "giay_xac_nhan", _("Giấy xác nhận tham gia")


class Audience(models.TextChoices):
    INDIVIDUAL = "individual", _("Cá nhân")
    UNIT = "unit", _("Tập thể")


class Participation(models.TextChoices):
    """What the plan asks of a category of contestants."""

    COMPULSORY = "compulsory", _("Bắt buộc dự thi")
    ENCOURAGED = "encouraged", _("Khuyến khích dự thi")
    OPEN = "open", _("Được dự thi")


class TableScope(models.TextChoices):
    """Whose results a prize table is laid along."""

    ROUND = "round", _("Một vòng thi")
    EACH_ROUND = "each_round", _("Mỗi vòng thi")
    CONTEST = "contest", _("Cả cuộc thi")


class AwardMethod(models.TextChoices):
    RANKED = "ranked", _("Theo bảng xếp hạng")
    CHOSEN = "chosen", _("Ban Tổ chức xét chọn, có căn cứ")


class Combine(models.TextChoices):
    """How a person's rounds make one result of the whole contest."""

    NONE = "none", _("Không xếp hạng cá nhân cả cuộc thi")
    SUM = "sum", _("Cộng kết quả các vòng thi")
    BEST = "best", _("Lấy vòng thi có kết quả tốt nhất")


class UnitMetric(models.TextChoices):
    """What a unit is measured by; more is better, except for the time of the best k."""

    PARTICIPANTS = "participants", _("Số người dự thi")
    ATTEMPTS = "attempts", _("Số lượt thi")
    RATIO = "ratio", _("Tỷ lệ người dự thi trên tổng số người của đơn vị")
    MEAN_SCORE = "mean_score", _("Điểm trung bình của người dự thi")
    ALL_RIGHT = "all_right", _("Số người trả lời đúng tất cả câu hỏi")
    ALL_RIGHT_SHARE = "all_right_share", _("Tỷ lệ người trả lời đúng tất cả câu hỏi")
    WINNERS = "winners", _("Số giải cá nhân đã đạt ở các vòng thi")
    BEST_SCORE = "best_score", _("Tổng điểm của những người có kết quả tốt nhất")
    BEST_DURATION = "best_duration", _("Tổng thời gian làm bài của những người có kết quả tốt nhất ít hơn")


class UnitChangeKind(models.TextChoices):
    """What a decision does to units; the old ones end, whatever takes their place."""

    MERGE = "merge", _("Sáp nhập")
    SPLIT = "split", _("Chia tách")
    RENAME = "rename", _("Đổi tên, tổ chức lại")
    DISSOLVE = "dissolve", _("Giải thể")


class RosterMode(models.TextChoices):
    REPLACE = "replace", _("Thay toàn bộ danh sách đã nhập của đơn vị")
    ADD = "add", _("Thêm vào danh sách đã nhập")


class RosterStatus(models.TextChoices):
    """What is known of a person of a roster; `missing` are all but TAKEN."""

    TAKEN = "taken", _("Đã dự thi")
    ENTERED = "entered", _("Đã đăng ký, chưa thi")
    ABSENT = "absent", _("Chưa đăng ký")
    UNCLEAR = "unclear", _("Chưa xác định được")


class ExclusionRole(models.TextChoices):
    COMMITTEE = "committee", _("Ban Tổ chức")
    JURY = "jury", _("Ban Giám khảo")
    SECRETARIAT = "secretariat", _("Tổ Thư ký")
    WRITERS = "writers", _("Tổ ra đề")
    APPRAISERS = "appraisers", _("Tổ thẩm định")
    HELPERS = "helpers", _("Cán bộ trực tiếp tham gia tổ chức")


# What may be put up for download, and the type that it is sent with; anything else is only bytes.
DOCUMENT_TYPES = {
    ".pdf": "application/pdf",
    ".doc": "application/msword",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xls": "application/vnd.ms-excel",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ppt": "application/vnd.ms-powerpoint",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".zip": "application/zip",
}
