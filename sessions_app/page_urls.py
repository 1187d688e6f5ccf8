"""Routes of the studio's pages: the whole page, and the parts of it that are fetched anew."""

from django.urls import path

import prompt_media.web.routes  # noqa: F401 - for <file:…>
from sessions_app.views import live, proof, recordings, studies, studio

urlpatterns = [
    path("", studio.studio, name="studio"),
    path("sessions/", studio.shelves, name="sessions"),
    path("studio/new/", studio.new, name="studio-new"),
    path("studio/<uuid:session_id>/", studio.session, name="studio-session"),
    path("studio/<uuid:session_id>/tray/", studio.tray, name="studio-tray"),
    path("studio/<uuid:session_id>/pictures/", studio.pictures, name="studio-pictures"),
    path("studio/<uuid:session_id>/samples/", studio.load_samples, name="studio-samples"),
    path("studio/<uuid:session_id>/tag/", studio.tag, name="studio-tag"),
    path("studio/<uuid:session_id>/remove/", studio.remove, name="studio-remove"),
    path("studio/<uuid:session_id>/reading/", studio.reading, name="studio-reading"),
    path("studio/<uuid:session_id>/make/", studio.make, name="studio-make"),
    path("studio/<uuid:session_id>/results/", studio.results, name="studio-results"),
    path("studio/<uuid:session_id>/results/<file:filename>/", studio.result, name="studio-result"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/", studio.job, name="studio-job"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/cancel/", studio.cancel, name="studio-cancel"),
    path("studio/<uuid:session_id>/jobs/<uuid:job_id>/retry/", studio.retry, name="studio-retry"),
    path("studio/<uuid:session_id>/keep/", studio.keep, name="studio-keep"),
    path("live/", live.live, name="live"),
    path("live/prompts/", live.sector_prompts, name="live-prompts"),
    path("live/prompts/save/", live.save_prompts, name="live-prompts-save"),
    path("live/prompts/forget/", live.forget_prompts, name="live-prompts-forget"),
    path("live/prompts/rewind/", live.rewind_prompts, name="live-prompts-rewind"),
    path("recordings/", recordings.shelf, name="recordings"),
    path("recordings/start/", recordings.start, name="recordings-start"),
    path("recordings/stop/", recordings.stop, name="recordings-stop"),
    path("recordings/<recording:recording_id>/", recordings.player, name="recording"),
    path("recordings/<recording:recording_id>/stills/", recordings.stills, name="recording-stills"),
    path("recordings/<recording:recording_id>/step/", recordings.step, name="recording-step"),
    path("recordings/<recording:recording_id>/verdicts/", proof.verdicts, name="recording-proof"),
    path("recordings/<recording:recording_id>/compare/", proof.compare, name="recording-compare"),
    path("recordings/<recording:recording_id>/compare/stills/", proof.couples, name="recording-couples"),
    path("recordings/<recording:recording_id>/rename/", recordings.rename, name="recording-rename"),
    path("recordings/<recording:recording_id>/remove/", recordings.remove, name="recording-remove"),
    path("recordings/<recording:recording_id>/replay/", recordings.replay, name="recording-replay"),
    path("recordings/<recording:recording_id>/study/", studies.recording_studies, name="recording-study"),
    path("recordings/<recording:recording_id>/study/new/", studies.set_up, name="study-set-up"),
    path("recordings/<recording:recording_id>/study/<id:study_id>/seats/", studies.seat, name="study-seat"),
    path("recordings/<recording:recording_id>/study/<id:study_id>/delete/", studies.delete, name="study-delete"),
    path("studies/<id:sitting_id>/sit/", studies.sit, name="study-sit"),
]
