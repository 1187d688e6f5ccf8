"""Routes of jobs."""

from django.urls import path

from prompt_media.jobs import api
from prompt_media.web.routes import both

urlpatterns = [
    path("api/v1/jobs/", api.Jobs.as_view(), name="jobs-list"),
    path("api/v1/jobs/<uuid:job_id>/", api.OneJob.as_view(), name="job"),
    *both("api/v1/jobs/<uuid:job_id>/events/", api.JobEvents.as_view(), name="job-events"),
    path("api/v1/jobs/<uuid:job_id>/cancel/", api.CancelJob.as_view(), name="job-cancel"),
    path("api/v1/jobs/<uuid:job_id>/retry/", api.RetryJob.as_view(), name="job-retry"),
]
