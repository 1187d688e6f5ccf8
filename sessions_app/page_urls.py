"""Routes of the studio's pages: the whole page, and the parts of it that are fetched anew."""

from django.urls import path

import prompt_media.web.routes  # noqa: F401 - for <file:…>
from sessions_app import views

urlpatterns = [
    path("", views.studio, name="studio"),
    path("sessions/", views.shelves, name="sessions"),
    path("studio/new/", views.new, name="studio-new"),
    path("studio/<uuid:session_id>/", views.session, name="studio-session"),
    path("studio/<uuid:session_id>/tray/", views.tray, name="studio-tray"),
    path("studio/<uuid:session_id>/pictures/", views.pictures, name="studio-pictures"),
    path("studio/<uuid:session_id>/samples/", views.load_samples, name="studio-samples"),
    path("studio/<uuid:session_id>/tag/", views.tag, name="studio-tag"),
    path("studio/<uuid:session_id>/remove/", views.remove, name="studio-remove"),
    path("studio/<uuid:session_id>/reading/", views.reading, name="studio-reading"),
    path("studio/<uuid:session_id>/make/", views.make, name="studio-make"),
    path("studio/<uuid:session_id>/results/", views.results, name="studio-results"),
    path("studio/<uuid:session_id>/results/<file:filename>/", views.result, name="studio-result"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/", views.job, name="studio-job"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/cancel/", views.cancel, name="studio-cancel"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/retry/", views.retry, name="studio-retry"),
    path("studio/<uuid:session_id>/keep/", views.keep, name="studio-keep"),
]
