"""Routes of tokens."""

from django.urls import path

from prompt_media.access import api

urlpatterns = [
    path("api/v1/tokens/", api.Tokens.as_view(), name="tokens-list"),
    path("api/v1/tokens/<int:token_id>/", api.OneToken.as_view(), name="token"),
]
