from django.urls import path

from questions import views

urlpatterns = [path("hinh/<str:name>", views.picture, name="picture")]
