"""The demo's people: who can sign in on a laptop's or a fair's demo, and with what."""

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as __

from contest_site.accounts.models import User
from contest_site.lib.errors import NotAllowed
from contest_site.lib.identity import normal_phone

DEMO_PASSWORD = "trinh-dien-2024"  # noqa: S105  shown on the demo's own page


@dataclass(frozen=True)
class DemoLogin:
    login: str
    full_name: str
    role: str | Promise
    organiser: bool = False
    # Uses the admin with the rights of its groups alone.
    staff: bool = False


DEMO_LOGINS = (
    DemoLogin(
        "thuky", "Lê Thị Hồng Nhung", __("Tổ Thư ký: chuẩn bị kế hoạch, câu hỏi, kết quả"), organiser=True
    ),
    DemoLogin("truongban", "Phạm Quốc Hùng", __("Trưởng Ban Tổ chức: phê duyệt, công bố"), organiser=True),
    DemoLogin("giamkhao", "Bùi Thanh Sơn", __("Ban Giám khảo: xếp hạng, đồng hạng, bất thường"), staff=True),
    DemoLogin("tructhi", "Hồ Minh Đức", __("Trực kỹ thuật: theo dõi vòng thi đang diễn ra"), staff=True),
    DemoLogin("giamsat", "Đỗ Thị Lan", __("Kiểm tra, giám sát: xem mọi việc, không thay đổi"), staff=True),
    DemoLogin("canbo", "Võ Thị Mai", __("Cán bộ đầu mối của một đơn vị: xem và tải báo cáo")),
    DemoLogin("bantochuc", "Đặng Văn Bình", __("Thành viên Ban Tổ chức: không được dự thi")),
    DemoLogin("0901 000 001", "Nguyễn Thị Thu Hà", __("Người dự thi")),
    DemoLogin("0901 000 002", "Trần Văn Minh", __("Người dự thi")),
)


@transaction.atomic
def create_demo_accounts() -> dict[str, User]:
    """Make the demo's accounts, or bring them back to what they were; by `DemoLogin.login`.

    Raises NotAllowed outside a demo: everybody knows the password.
    """
    if not settings.DEMO:
        raise NotAllowed(_("Tài khoản trình diễn chỉ được tạo trên bản trình diễn."))
    return {demo.login: _account(demo) for demo in DEMO_LOGINS}


def _account(demo: DemoLogin) -> User:
    if demo.login[0].isdigit():
        key: dict[str, Any] = {"phone": normal_phone(demo.login)}
    else:
        key = {"username": demo.login}
    user = User.objects.filter(**key).first() or User(**key)
    user.full_name = demo.full_name
    user.phone_verified = user.phone is not None
    user.is_active = True
    user.is_staff = demo.organiser or demo.staff
    user.is_superuser = demo.organiser
    if not user.check_password(DEMO_PASSWORD):
        user.set_password(DEMO_PASSWORD)
    user.save()
    EmailAddress.objects.filter(user=user).delete()
    return user
