from django.urls import path

from contest_site.public import guide, reading_views, share_views, views

CONTEST = "cuoc-thi/<slug:slug>"
urlpatterns = [
    path("hien-thi/", reading_views.reading, name="reading"),
    path("huong-dan/", guide.guide, name="guide"),
    path("robots.txt", views.robots, name="robots"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path(f"{CONTEST}/hoi-dap/", views.answers, name="answers"),
    path(f"{CONTEST}/don-vi-tham-gia/", views.units, name="participation"),
    path(f"{CONTEST}/gan-banner/", views.embedding, name="embedding"),
    path(f"{CONTEST}/banner/<str:shape>/", views.banner, name="banner"),
    path(f"{CONTEST}/anh-chia-se.png", share_views.card_today, name="card_today"),
    path(f"{CONTEST}/anh-chia-se/<str:digest>.png", share_views.card, name="card"),
]
