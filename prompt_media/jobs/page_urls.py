"""Routes of the jobs page. Literal words stand before ids."""

from django.urls import path

from prompt_media.jobs import views

urlpatterns = [
    path("jobs/", views.jobs, name="jobs"),
    path("jobs/running/", views.running, name="jobs-running"),
    path("jobs/cancel/", views.cancel_all, name="jobs-cancel-all"),
    path("jobs/<uuid:job_id>/", views.jobs, name="one-job"),
    path("jobs/<uuid:job_id>/pane/", views.pane, name="job-pane"),
    path("jobs/<uuid:job_id>/cancel/", views.cancel, name="one-job-cancel"),
    path("jobs/<uuid:job_id>/retry/", views.retry, name="one-job-retry"),
]
