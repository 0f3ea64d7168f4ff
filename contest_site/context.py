from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _

from contest_site.lib.showing import here
from contest_site.public import reading, sharing


def site(request: HttpRequest) -> dict[str, object]:
    """What every page may show: the demo's sign, the product's name, the menu's lines, how it is to look."""
    address = here(request)
    return {
        "HERE": address,
        "NEXT": quote(address),
        "DEMO": settings.DEMO,
        "SITE_ORGANISER": settings.SITE_ORGANISER,
        "PRODUCT_NAME": _("Trang thi trực tuyến"),
        "READING": reading.read(request.COOKIES.get(reading.COOKIE, "")),
        "PUBLIC_URL": sharing.public_url(request),
        # Asked of the database only by pages that show the menu.
        "is_officer": SimpleLazyObject(lambda: _is_officer(request)),
    }


def _is_officer(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    # Pages at the bell have brought it along (contest_site.accounts.sessions).
    known: bool | None = getattr(user, "holds_office", None)
    return user.offices.exists() if known is None else known
