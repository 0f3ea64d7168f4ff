"""Reports of organisers and agencies, below /bao-cao/; before an agency's own pages, which name a contest."""

from django.urls import path

from contest_site.reports import views

app_name = "reports"
urlpatterns = [
    path("<uuid:key>/", views.report, name="report"),
    path("<uuid:key>/tep/", views.download, name="download"),
    path("<slug:slug>/lap/", views.new, name="new"),
]
