from django.urls import path

from attempts import report_views

urlpatterns = [
    path("bao-cao/", report_views.agency, name="agency"),
    path("bao-cao/<slug:slug>/", report_views.agency_contest, name="agency_contest"),
    path("bao-cao/<slug:slug>/tham-gia.xlsx", report_views.agency_excel, name="agency_excel"),
]
