from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from contest_site import views
from contest_site.lib.language import choose_language

urlpatterns = [
    # First what thousands ask for: the patterns are tried in turn.
    path("", include("attempts.urls")),
    path("cuoc-thi/<slug:slug>/", views.contest, name="contest"),
    path("bai-thi/<uuid:attempt_id>/ket-qua/", views.result, name="result"),
    path("tai-khoan/", include("contest_site.accounts.urls")),
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("ngon-ngu/", choose_language, name="language"),
    path("cua-toi/", views.mine, name="mine"),
    path("cua-toi/du-lieu/", include("contest_site.privacy.urls")),
    path("", include("contest_site.public.urls")),
    path("", include("questions.urls")),
    path("on-tap/", include("questions.study_urls")),
    path("", include("contests.urls")),
    path("bao-cao/", include("contest_site.reports.urls")),
    path("bao-cao/", include("contest_site.agency.urls")),
    path("", include("prizes.urls")),
    path("quan-tri/theo-doi/", include("contest_site.watch.urls")),
    path("quan-tri/", admin.site.urls),
]
if settings.DEMO:
    urlpatterns += [path("demo/", include("contest_site.accounts.demo_urls"))]

handler400 = "contest_site.views.bad_request"
handler403 = "contest_site.views.forbidden"
handler404 = "contest_site.views.not_found"
handler500 = "contest_site.views.server_error"
