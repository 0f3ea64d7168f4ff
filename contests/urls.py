from django.urls import path

from contests import views

app_name = "contests"
urlpatterns = [
    path("cuoc-thi/<slug:slug>/dang-ky/", views.entry, name="entry"),
    path("cuoc-thi/<slug:slug>/tai-lieu/<int:document_id>/", views.document, name="document"),
    path("cuoc-thi/<slug:slug>/don-vi/", views.units, name="units"),
]
