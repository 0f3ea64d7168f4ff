from django.urls import path

from contest_site.accounts import demo_views

app_name = "demo"
urlpatterns = [
    path("", demo_views.index, name="index"),
    path("ma-xac-thuc/", demo_views.codes, name="codes"),
]
