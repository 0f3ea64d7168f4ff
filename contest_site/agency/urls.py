"""An agency officer's own pages, below /bao-cao/."""

from django.urls import path

from contest_site.agency import request_views, roster_views, views

app_name = "agency"
urlpatterns = [
    path("", views.offices, name="offices"),
    path("<slug:slug>/", views.overview, name="contest"),
    path("<slug:slug>/tham-gia.xlsx", views.excel, name="excel"),
    path("<slug:slug>/de-nghi/", request_views.listing, name="requests"),
    path("<slug:slug>/de-nghi/tong-so-nguoi/", request_views.headcount, name="headcount"),
    path("<slug:slug>/de-nghi/ten-don-vi/", request_views.unit_name, name="unit_name"),
    path("<slug:slug>/de-nghi/nguoi/", request_views.people, name="people"),
    path("<slug:slug>/de-nghi/nguoi/<int:entry_id>/", request_views.person, name="person"),
    path("<slug:slug>/chua-du-thi/", roster_views.missing, name="missing"),
    path("<slug:slug>/chua-du-thi/<int:person_id>/", roster_views.match, name="match"),
    path("<slug:slug>/danh-sach/", roster_views.roster, name="roster"),
    path("<slug:slug>/danh-sach/mau.xlsx", roster_views.template, name="roster_template"),
    path("<slug:slug>/danh-sach/<int:draft_id>/", roster_views.preview, name="roster_preview"),
]
