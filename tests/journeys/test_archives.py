"""A recording leaves as a file, is deleted, and comes back the same: on one machine, and on four with a bucket."""

import base64
from uuid import uuid4

IMPORT = "/api/v1/recordings/import/"


def test_a_recording_leaves_and_comes_back_the_same(stranger, picture):
    name, frame = f"experiment_{uuid4().hex}", picture(size=(60, 60))
    stranger.post(f"/session/start?session_id={name}")
    for focus in (0.1, 0.9):
        wish = {"image_base64": base64.b64encode(frame).decode(), "focus_x": focus, "focus_y": focus}
        made = stranger.post("/generate", wish)
        assert made.status == 200, made.data
        frame = made.data
    stranger.post("/session/stop")
    told = stranger.get(f"/session/{name}").json
    frames = [stranger.get(f"/session/{name}/frames/{index}").data for index in range(2)]
    archive = stranger.get(f"/session/{name}/archive").data
    assert stranger.delete(f"/session/{name}").status == 200

    imported = stranger.upload(IMPORT, {"recording.zip": archive}, field="archive")

    assert imported.status == 201, imported.data
    assert stranger.get(f"/session/{name}").json == told
    assert [stranger.get(f"/session/{name}/frames/{index}").data for index in range(2)] == frames
    assert stranger.get(f"/session/{name}/archive").data == archive
    assert stranger.upload(IMPORT, {"recording.zip": archive}, field="archive").status == 409
    assert stranger.delete(f"/session/{name}").status == 200
