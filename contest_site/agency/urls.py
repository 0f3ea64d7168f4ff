"""An agency officer's own pages, below /bao-cao/."""

from django.urls import path

from contest_site.agency import views

app_name = "agency"
urlpatterns = [
    path("", views.offices, name="offices"),
    path("<slug:slug>/", views.overview, name="contest"),
    path("<slug:slug>/tham-gia.xlsx", views.excel, name="excel"),
]
