from django.urls import path

from questions import study_views

urlpatterns = [
    path("", study_views.studies, name="studies"),
    path("<slug:slug>/", study_views.study, name="study"),
    path("<slug:slug>/luyen-tap/", study_views.practice, name="practice"),
    path("<slug:slug>/tai-lieu.pdf", study_views.paper, name="study_pdf"),
]
