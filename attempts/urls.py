from django.urls import path

from attempts import views

app_name = "attempts"
urlpatterns = [
    path("bai-thi/<uuid:attempt_id>/luu/", views.save, name="save"),
    path("cuoc-thi/<slug:slug>/vong-<int:number>/bat-dau/", views.start, name="start"),
    path("bai-thi/<uuid:attempt_id>/", views.paper, name="paper"),
    path("bai-thi/<uuid:attempt_id>/xem-lai/", views.review, name="review"),
    path("bai-thi/<uuid:attempt_id>/nop-bai/", views.submit, name="submit"),
    path("bai-thi/<uuid:attempt_id>/bien-nhan/", views.receipt_sheet, name="receipt_sheet"),
    path("bien-nhan/", views.receipt, name="receipt"),
]
