"""The trail's verbs in the organisers' words. A verb that is not here is shown as it was written."""

from collections.abc import Mapping

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from contest_site.audit.models import AuditEvent

VERBS: Mapping[str, Promise] = {
    "loaded plan": _("nạp kế hoạch"),
    "loaded plan again": _("nạp lại kế hoạch"),
    "exported plan": _("xuất kế hoạch ra tệp"),
    "started contest": _("lập bản nháp cuộc thi"),
    "cloned contest": _("tạo cuộc thi mới từ cuộc thi cũ"),
    "moved timetable": _("dời thời gian của cuộc tổng duyệt"),
    "announced contest": _("công bố cuộc thi"),
    "sealed bank": _("niêm phong ngân hàng câu hỏi"),
    "sealed round": _("niêm phong đề"),
    "unsealed round": _("mở niêm phong đề"),
    "previewed papers": _("xem đề mẫu"),
    "closed round": _("đóng vòng thi"),
    "excluded person": _("đưa vào danh sách không được dự thi"),
    "readmitted person": _("đưa ra khỏi danh sách không được dự thi"),
    "listed excluded people": _("nhập danh sách không được dự thi từ Excel"),
    "entered unofficially": _("đăng ký thi thử"),
    "recorded guardian's paper": _("ghi giấy đồng ý của người giám hộ"),
    "withdrew consent": _("rút lại sự đồng ý xử lý dữ liệu cá nhân"),
    "accepted entry request": _("chấp nhận đề nghị sửa đăng ký"),
    "refused entry request": _("không chấp nhận đề nghị sửa đăng ký"),
    "sent agency request": _("gửi đề nghị của đơn vị"),
    "accepted agency request": _("chấp nhận đề nghị của đơn vị"),
    "refused agency request": _("không chấp nhận đề nghị của đơn vị"),
    "corrected unit name": _("sửa tên đơn vị"),
    "imported units": _("nhập danh mục đơn vị từ tệp"),
    "changed units by decision": _("ghi sáp nhập, chia tách đơn vị"),
    "imported roster": _("nhập danh sách người của đơn vị"),
    "removed roster": _("xóa danh sách người của đơn vị"),
    "matched roster person": _("đối chiếu người trong danh sách với đăng ký"),
    "made unit": _("lập đơn vị còn thiếu trong danh mục"),
    "saw national IDs": _("xem số định danh cá nhân"),
    "asked for own data": _("đề nghị xuất dữ liệu cá nhân"),
    "downloaded own data": _("tải dữ liệu cá nhân của mình"),
    "asked for erasure": _("đề nghị xóa dữ liệu cá nhân"),
    "erased person": _("xóa dữ liệu cá nhân theo đề nghị"),
    "refused erasure": _("không chấp nhận xóa dữ liệu cá nhân"),
    "erased old entries": _("xóa dữ liệu cá nhân hết thời hạn lưu"),
    "erased old rosters": _("xóa danh sách người của các đơn vị hết thời hạn lưu"),
    "locked headcounts": _("khóa tổng số người của các đơn vị"),
    "corrected headcount": _("sửa tổng số người của đơn vị"),
    "imported headcounts": _("nhập tổng số người từ tệp"),
    "added units to block": _("đưa đơn vị vào khối"),
    "imported questions": _("nhập câu hỏi từ tệp"),
    "exported bank": _("xuất ngân hàng câu hỏi"),
    "wrote question": _("soạn câu hỏi"),
    "revised question": _("sửa câu hỏi"),
    "appraised questions": _("thẩm định câu hỏi"),
    "submitted questions": _("gửi thẩm định câu hỏi"),
    "added topic": _("thêm chủ đề"),
    "renamed topic": _("đổi tên chủ đề"),
    "moved topic": _("đổi thứ tự chủ đề"),
    "removed topic": _("xóa chủ đề"),
    "downloaded item analysis": _("tải phân tích câu hỏi"),
    "published study": _("công bố tài liệu ôn tập"),
    "withdrew study": _("ngừng công bố tài liệu ôn tập"),
    "computed standings": _("xếp hạng"),
    "decided tie": _("quyết định về đồng hạng"),
    "reviewed standings": _("rà soát kết quả"),
    "returned standings": _("trả lại kết quả"),
    "approved standings": _("phê duyệt kết quả"),
    "entered decision": _("nhập quyết định"),
    "published standings": _("công bố kết quả"),
    "nominated": _("đề nghị trao giải"),
    "withdrew nomination": _("rút đề nghị trao giải"),
    "promoted": _("chọn người vào vòng sau"),
    "decided promotion tie": _("quyết định về đồng hạng khi chọn người vào vòng sau"),
    "withdrew promotion": _("ghi người rút khỏi vòng sau"),
    "downloaded certificates": _("tải giấy chứng nhận"),
    "downloaded report": _("tải báo cáo"),
    "downloaded participation report": _("tải báo cáo tham gia"),
    "scanned round": _("tìm dấu hiệu bất thường"),
    "decided anomalies": _("kết luận về dấu hiệu bất thường"),
    "disqualified entry": _("loại kết quả"),
    "reinstated entry": _("phục hồi kết quả"),
    "proposed key correction": _("đề nghị sửa đáp án"),
    "approved key correction": _("phê duyệt sửa đáp án"),
    "turned down key correction": _("không đồng ý sửa đáp án"),
    "regraded round": _("chấm lại"),
    "changed account": _("sửa tài khoản"),
    "set contacts": _("đặt số điện thoại, thư điện tử"),
    "asked for a new password": _("yêu cầu đặt lại mật khẩu"),
    "moved account to another contact": _("đổi nơi nhận mã của tài khoản"),
    "merged accounts": _("gộp tài khoản"),
    "took off second factor": _("gỡ lớp bảo vệ thứ hai"),
    "asked for backup": _("yêu cầu sao lưu"),
    "erased rehearsal": _("xóa dữ liệu của cuộc tổng duyệt"),
    "exported trail": _("xuất nhật ký thay đổi dữ liệu"),
}
# What the screens of the admin write: one of these words and the model's name.
ACTS: Mapping[str, Promise] = {"added": _("thêm"), "changed": _("sửa"), "deleted": _("xóa")}


def verb_label(event: AuditEvent) -> str:
    """The event's verb in the organisers' words."""
    if event.verb in VERBS:
        return str(VERBS[event.verb])
    act = event.verb.split(" ")[0]
    if act in ACTS:
        return f"{ACTS[act]} {kind_label(event)}"
    return event.verb


def kind_label(event: AuditEvent) -> str:
    """What kind of thing the event is about, such as "cuộc thi"."""
    try:
        return str(apps.get_model(event.object_type)._meta.verbose_name)
    except (LookupError, ValueError):
        return event.object_type
