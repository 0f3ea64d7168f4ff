from django.urls import path

from contest_site.watch import views

app_name = "watch"
urlpatterns = [
    path("", views.page, name="page"),
    path("so-lieu/", views.data, name="data"),
    path("sao-luu/", views.backup, name="backup"),
]
