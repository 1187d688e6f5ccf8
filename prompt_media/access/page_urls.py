"""Routes of signing in and out. Tokens do not open these: see access.middleware."""

from django.urls import path

from prompt_media.access import views
from prompt_media.web.identity import open_to_all

app_name = "account"
urlpatterns = [
    path("login/", open_to_all(views.SignIn.as_view()), name="login"),
    path("logout/", open_to_all(views.SignOut.as_view()), name="logout"),
]
