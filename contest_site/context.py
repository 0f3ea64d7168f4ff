from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """What every page may show: whether this is the demo, and the product's name for the footer."""
    return {"DEMO": settings.DEMO, "PRODUCT_NAME": "Trang thi trực tuyến"}
