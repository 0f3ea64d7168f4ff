"""The site's URLs as the demo has them."""

from django.urls import include, path

from contest_site.urls import (
    handler400,
    handler403,
    handler404,
    handler500,
)
from contest_site.urls import (
    urlpatterns as site,
)

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]
urlpatterns = [*site, path("demo/", include("contest_site.accounts.demo_urls"))]
