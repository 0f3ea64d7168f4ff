"""The look and the sidebar of the organisers' admin (settings.UNFOLD)."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(permission: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(permission)


def _may_correct_keys(request: HttpRequest) -> bool:
    from prizes.admin.corrections import may_look  # this module is loaded before the models are

    return may_look(request.user)


def _list(title: Any, icon: str, model: str) -> dict[str, Any]:
    """A link to a model's list, for those who may see it; `model` is "app.model"."""
    app, name = model.split(".")
    return {
        "title": title,
        "icon": icon,
        "link": reverse_lazy(f"admin:{app}_{name}_changelist"),
        "permission": _may(f"{app}.view_{name}"),
    }


NAVIGATION: list[dict[str, Any]] = [
    {
        "items": [
            {"title": _("Tổng quan"), "icon": "dashboard", "link": reverse_lazy("admin:index")},
            _list(_("Cuộc thi"), "event_note", "contests.contest"),
            {
                "title": _("Theo dõi trực tiếp"),
                "icon": "monitoring",
                "link": reverse_lazy("watch:page"),
                "permission": _may("watch.see_watch"),
            },
        ]
    },
    {
        "title": _("Ngân hàng câu hỏi"),
        "items": [
            {
                "title": _("Bảng việc"),
                "icon": "assignment",
                "link": reverse_lazy("admin:questions_question_board"),
                "permission": _may("questions.view_question"),
            },
            _list(_("Ngân hàng"), "quiz", "questions.bank"),
            _list(_("Câu hỏi"), "checklist", "questions.question"),
            {
                "title": _("Phân tích câu hỏi"),
                "icon": "query_stats",
                "link": reverse_lazy("admin:attempts_analysis_rounds"),
                "permission": _may("questions.see_key"),
            },
            {
                "title": _("Tài liệu ôn tập"),
                "icon": "menu_book",
                "link": reverse_lazy("admin:questions_study_changelist"),
                "permission": _may("questions.seal_bank"),
            },
        ],
    },
    {
        "title": _("Đơn vị"),
        "items": [
            _list(_("Danh mục đơn vị"), "account_tree", "contests.unit"),
            _list(_("Cán bộ đầu mối"), "badge", "contests.unitofficer"),
            _list(_("Danh sách cán bộ, học sinh"), "groups", "contests.roster"),
            _list(_("Đề nghị của các đơn vị"), "contact_page", "agency.agencyrequest"),
        ],
    },
    {
        "title": _("Người dự thi"),
        "items": [
            _list(_("Đăng ký dự thi"), "how_to_reg", "contests.entry"),
            _list(_("Đề nghị của người dự thi"), "contact_support", "contests.entryrequest"),
            _list(_("Xóa dữ liệu cá nhân"), "delete_forever", "contests.datarequest"),
            _list(_("Người không được dự thi"), "person_off", "contests.exclusion"),
        ],
    },
    {
        "items": [
            _list(_("Kết quả"), "workspace_premium", "prizes.standingsrun"),
            _list(_("Dấu hiệu bất thường"), "troubleshoot", "attempts.anomaly"),
            {
                "title": _("Loại, phục hồi kết quả"),
                "icon": "gavel",
                "link": reverse_lazy("admin:attempts_disqualification_changelist"),
                "permission": _may("attempts.judge_attempts"),
            },
            {
                "title": _("Sửa đáp án"),
                "icon": "rule",
                "link": reverse_lazy("admin:attempts_keycorrection_changelist"),
                "permission": _may_correct_keys,
            },
            _list(_("Báo cáo"), "summarize", "reports.report"),
            _list(_("Nhật ký"), "history", "audit.auditevent"),
            _list(_("Thay đổi dữ liệu"), "manage_history", "audit.change"),
            _list(_("Bản sao lưu"), "backup", "watch.backup"),
            _list(_("Sự cố"), "emergency_home", "watch.incident"),
            _list(_("Tài khoản"), "group", "accounts.user"),
            _list(_("Đổi nơi nhận mã"), "phonelink_setup", "accounts.contactmove"),
            _list(_("Gộp tài khoản"), "merge", "accounts.accountmerge"),
        ]
    },
]

# Warm greys and one deep red, as on the public pages; the site's own choice of day or night is kept.
UNFOLD: dict[str, Any] = {
    "SITE_TITLE": _("Quản trị cuộc thi"),
    "SITE_HEADER": _("Quản trị cuộc thi"),
    "SITE_SUBHEADER": _("Dành cho Ban Tổ chức"),
    "SITE_URL": "/",
    "SITE_SYMBOL": "account_balance",
    "SHOW_HISTORY": True,
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_BACK_BUTTON": True,
    "BORDER_RADIUS": "6px",
    "DASHBOARD_CALLBACK": "contest_site.dashboard.dashboard",
    "SITE_FAVICONS": [
        {"rel": "icon", "type": "image/svg+xml", "href": lambda request: static("img/favicon.svg")}
    ],
    "STYLES": [lambda request: static("css/admin.css")],
    "COLORS": {
        "base": {
            "50": "#faf9f7",
            "100": "#f4f2ee",
            "200": "#e4dfd7",
            "300": "#d0c8bc",
            "400": "#a39889",
            "500": "#776d61",
            "600": "#5d554d",
            "700": "#463f38",
            "800": "#2a2521",
            "900": "#1f1b18",
            "950": "#171412",
        },
        "primary": {
            "50": "#fbf3f2",
            "100": "#f6e2e0",
            "200": "#ecc4c0",
            "300": "#de9a95",
            "400": "#cb6661",
            "500": "#b33f3d",
            "600": "#9a1b1e",
            "700": "#7c1417",
            "800": "#651215",
            "900": "#521315",
            "950": "#2d0708",
        },
    },
    "SIDEBAR": {"show_search": False, "show_all_applications": False, "navigation": NAVIGATION},
}
