"""Routes of the studio, which promise both slash forms, and of its lists. Literal words stand before ids."""

from django.urls import path

from prompt_media.web import rates
from prompt_media.web.routes import both
from sessions_app.api import lists, workspace

urlpatterns = [
    *both("session/create/", workspace.CreateSession.as_view(), "session-create"),
    *both("session/<id:session_id>/", workspace.OneSession.as_view(), "session"),
    *both("upload/<id:session_id>/", workspace.Upload.as_view(), "upload"),
    *both("session/<id:session_id>/tag/", workspace.OneTag.as_view(), "tag"),
    *both("session/<id:session_id>/tags/batch/", workspace.ManyTags.as_view(), "tags-batch"),
    *both("session/<id:session_id>/generate/", workspace.Generate.as_view(), "generate"),
    *both("session/<id:session_id>/preview/", rates.reading(workspace.Preview.as_view()), "preview"),
    *both("session/<id:session_id>/zip/", rates.reading(workspace.Zip.as_view()), "zip"),
    path("session/<id:session_id>/uploads/<file:filename>", workspace.UploadFile.as_view(), name="upload-file"),
    path("session/<id:session_id>/output/<file:filename>", workspace.OutputFile.as_view(), name="output-file"),
    path("api/v1/sessions/", lists.Sessions.as_view(), name="sessions-list"),
    path("api/v1/images/", lists.Images.as_view(), name="images-list"),
    path("api/v1/generations/", lists.Generations.as_view(), name="generations-list"),
]
