from django.urls import path

from contest_site.privacy import views

urlpatterns = [
    path("", views.my_data, name="my_data"),
    path("ban-sao/", views.copy, name="data_copy"),
    path("ban-sao/<int:pk>/tep/", views.download, name="data_download"),
    path("xoa/", views.erasure, name="data_erasure"),
]
