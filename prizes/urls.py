from django.urls import path

from prizes import participation_views, rulebook_views, verify_views, views

app_name = "prizes"
urlpatterns = [
    path("cuoc-thi/<slug:slug>/ket-qua/", views.results, name="results"),
    path("cuoc-thi/<slug:slug>/kiem-tra/", verify_views.verify, name="verify"),
    path(
        "cuoc-thi/<slug:slug>/kiem-tra/danh-sach/<int:run_id>/", verify_views.verify_list, name="verify_list"
    ),
    path("cuoc-thi/<slug:slug>/the-le/", rulebook_views.rules, name="rules"),
    path("cuoc-thi/<slug:slug>/the-le.pdf", rulebook_views.rules_pdf, name="rules_pdf"),
    path("cuoc-thi/<slug:slug>/giay-xac-nhan/", participation_views.participation, name="participation"),
    path(
        "cuoc-thi/<slug:slug>/giay-xac-nhan/ban-in.pdf",
        participation_views.participation_pdf,
        name="participation_pdf",
    ),
    path("giay-chung-nhan/", views.certificate_check, name="certificate_check"),
    path("giay-chung-nhan/<str:code>/", views.certificate, name="certificate"),
    path("giay-chung-nhan/<str:code>/ban-in.pdf", views.certificate_pdf, name="certificate_pdf"),
]
