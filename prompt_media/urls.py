"""Every route of the house; each app's file holds full paths, so that a URL can be searched for as it is typed."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
]
