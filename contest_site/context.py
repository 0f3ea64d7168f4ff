from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject


def site(request: HttpRequest) -> dict[str, object]:
    """What every page may show: the demo's sign, the product's name, the menu's lines."""
    return {
        "DEMO": settings.DEMO,
        "SITE_ORGANISER": settings.SITE_ORGANISER,
        "PRODUCT_NAME": "Trang thi trực tuyến",
        # Asked of the database only by pages that show the menu.
        "is_officer": SimpleLazyObject(lambda: _is_officer(request)),
    }


def _is_officer(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return user is not None and user.is_authenticated and user.offices.exists()
