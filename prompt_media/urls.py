"""Every route of the house; each app's file holds full paths, so that a URL can be searched for as it is typed."""

from django.contrib import admin
from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from prompt_media.health import views as health

urlpatterns = [
    path("", include("sessions_app.page_urls")),
    path("", include("sessions_app.urls")),
    path("", include("prompt_media.access.page_urls")),
    path("", include("prompt_media.access.urls")),
    path("", include("prompt_media.jobs.page_urls")),
    path("", include("prompt_media.jobs.urls")),
    path("api/v1/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/v1/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.numbers, name="metrics"),
    path("admin/", admin.site.urls),
]

handler400 = "prompt_media.web.errors.bad_request"
handler403 = "prompt_media.web.errors.forbidden"
handler404 = "prompt_media.web.errors.not_found"
handler500 = "prompt_media.web.errors.broken"
