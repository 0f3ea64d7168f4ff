from django.urls import path

from contests import entry_views, guardian_views, views

app_name = "contests"
urlpatterns = [
    path("cuoc-thi/<slug:slug>/dang-ky/", views.entry, name="entry"),
    path("cuoc-thi/<slug:slug>/dang-ky/sua/", entry_views.correct, name="correct"),
    path("cuoc-thi/<slug:slug>/dang-ky/rut-dong-y/", entry_views.withdraw, name="withdraw"),
    path("cuoc-thi/<slug:slug>/dang-ky/giam-ho/", entry_views.name_child_guardian, name="name_guardian"),
    path("nguoi-giam-ho/", guardian_views.guardian, name="guardian"),
    path("nguoi-giam-ho/tra-loi/", guardian_views.guardian_answer, name="guardian_answer"),
    path("cuoc-thi/<slug:slug>/tai-lieu/<int:document_id>/", views.document, name="document"),
    path("cuoc-thi/<slug:slug>/don-vi/", views.units, name="units"),
]
