"""Routes of signing in and out, and of one's own account. Tokens do not open these: see access.middleware."""

from django.urls import path

from prompt_media.access import views
from prompt_media.web.identity import open_to_all

app_name = "account"
urlpatterns = [
    path("login/", open_to_all(views.SignIn.as_view()), name="login"),
    path("logout/", open_to_all(views.SignOut.as_view()), name="logout"),
    # The admin's own would leave the browser's identity behind; this stands before it (prompt_media/urls.py).
    path("admin/logout/", open_to_all(views.SignOut.as_view()), name="admin-logout"),
    # The admin's own would let old passwords be guessed.
    path("admin/password_change/", views.ChangePassword.as_view(), name="admin-password"),
    path("account/", views.account, name="account"),
    path("account/password/", views.ChangePassword.as_view(), name="password"),
    path("account/password/changed/", views.password_changed, name="password-changed"),
    path("account/tokens/", views.make_token, name="make-token"),
    path("account/tokens/<int:token_id>/revoke/", views.revoke_token, name="revoke-token"),
]
