"""Routes of the studio, which promise both slash forms, and of its lists. Literal words stand before ids."""

from django.urls import path

from prompt_media.web import rates
from prompt_media.web.routes import both
from sessions_app.api import archives, comparisons, generate, lists, recorder, recordings, studies, verdicts, workspace

urlpatterns = [
    *both("session/create/", workspace.CreateSession.as_view(), "session-create"),
    *both("session/start/", recorder.Start.as_view(), "recording-start"),
    *both("session/stop/", recorder.Stop.as_view(), "recording-stop"),
    *both("session/list/", recorder.Ids.as_view(), "recording-ids"),
    *both("session/replay/next/", recorder.Next.as_view(), "replay-next"),
    *both("session/replay/stop/", recorder.ReplayStop.as_view(), "replay-stop"),
    *both("session/replay/<recording:recording_id>/", recorder.Replay.as_view(), "replay"),
    *both("session/replay/<recording:recording_id>/fork/", recorder.Fork.as_view(), "fork"),
    *both("generate/", generate.Generate.as_view(), "generate-sector"),
    *both("prompts/", generate.Prompts.as_view(), "prompts"),
    *both("reset/", generate.Reset.as_view(), "prompts-reset"),
    *both("health/", generate.Health.as_view(), "generation-health"),
    path("api/v1/prompts/", generate.OwnPrompts.as_view(), name="own-prompts"),
    *both("session/<id:session_id>/", workspace.OneSession.as_view(), "session"),
    *both("upload/<id:session_id>/", workspace.Upload.as_view(), "upload"),
    *both("session/<id:session_id>/tag/", workspace.OneTag.as_view(), "tag"),
    *both("session/<id:session_id>/tags/batch/", workspace.ManyTags.as_view(), "tags-batch"),
    *both("session/<id:session_id>/generate/", workspace.Generate.as_view(), "generate"),
    *both("session/<id:session_id>/preview/", rates.reading(workspace.Preview.as_view()), "preview"),
    *both("session/<id:session_id>/zip/", rates.reading(workspace.Zip.as_view()), "zip"),
    path("session/<id:session_id>/uploads/<file:filename>", workspace.UploadFile.as_view(), name="upload-file"),
    path("session/<id:session_id>/output/<file:filename>", workspace.OutputFile.as_view(), name="output-file"),
    *both("session/<recording:recording_id>/", recorder.OneRecording.as_view(), "recording-details"),
    *both("session/<recording:recording_id>/frames/<int:index>/", recorder.Frame.as_view(), "frame"),
    *both(
        "session/<recording:recording_id>/frames/<int:index>/difference/",
        comparisons.StepDifference.as_view(),
        "recording-difference",
    ),
    path(
        "session/<recording:recording_id>/pictures/<file:filename>",
        recorder.Picture.as_view(),
        name="recording-picture",
    ),
    *both("session/<recording:recording_id>/archive/", archives.Export.as_view(), "recording-archive"),
    path("api/v1/recordings/", recordings.Recordings.as_view(), name="recordings-list"),
    path("api/v1/recordings/import/", archives.Import.as_view(), name="recording-import"),
    path("api/v1/recordings/<recording:recording_id>/", recordings.OneRecording.as_view(), name="recording-row"),
    path(
        "api/v1/recordings/<recording:recording_id>/compare/",
        comparisons.Compare.as_view(),
        name="recording-comparison",
    ),
    path("api/v1/recordings/<recording:recording_id>/studies/", studies.Studies.as_view(), name="recording-studies"),
    path("api/v1/studies/<id:study_id>/", studies.OneStudy.as_view(), name="study"),
    path("api/v1/studies/<id:study_id>/sittings/", studies.Sittings.as_view(), name="study-sittings"),
    path("api/v1/studies/<id:study_id>/results/", studies.Results.as_view(), name="study-results"),
    path("api/v1/studies/<id:study_id>/trials.csv", studies.TrialsSheet.as_view(), name="study-trials"),
    path("api/v1/studies/<id:study_id>/sectors.csv", studies.SectorsSheet.as_view(), name="study-sectors"),
    path("api/v1/sittings/<id:sitting_id>/", studies.OneSitting.as_view(), name="sitting"),
    path("api/v1/sittings/<id:sitting_id>/trials/<int:place>/", studies.Answer.as_view(), name="trial-answer"),
    path("studies/<id:sitting_id>/trials/<int:place>/before", studies.Before.as_view(), name="trial-before"),
    path("studies/<id:sitting_id>/trials/<int:place>/after", studies.After.as_view(), name="trial-after"),
    path("api/v1/recordings/<recording:recording_id>/verify/", verdicts.Verify.as_view(), name="recording-verdicts"),
    path("api/v1/sessions/", lists.Sessions.as_view(), name="sessions-list"),
    path("api/v1/images/", lists.Images.as_view(), name="images-list"),
    path("api/v1/generations/", lists.Generations.as_view(), name="generations-list"),
]
