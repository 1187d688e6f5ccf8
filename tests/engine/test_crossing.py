"""Locks are taken in one order, from the outside in: two who want the same rows wait, and none is thrown out."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.engine import servers
from tests.engine.running import PROJECT, manage, surroundings

pytestmark = pytest.mark.xdist_group("engine")


@pytest.fixture(scope="module")
def met(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, str]]:
    """All meetings, in one process on one database."""
    home = tmp_path_factory.mktemp("crossing")
    with servers.postgres(home / "postgres") as database:
        assert manage(home, "migrate", "--verbosity=0", **database).returncode == 0
        return _all_meet(home, database)


def _all_meet(home: Path, database: dict[str, str]) -> dict[str, dict[str, str]]:
    run = subprocess.run(
        (sys.executable, "-m", "tests.engine.crossing"),
        cwd=PROJECT,
        env=surroundings(home) | database,
        text=True,
        capture_output=True,
        timeout=200,
        check=False,
    )
    assert run.stdout, run.stderr
    return json.loads(run.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "pair",
    [
        "signing_in_while_a_job_ends",
        "ending_a_job_while_signing_in",
        "deleting_while_a_job_ends",
        "ending_a_job_while_deleted",
        "expiring_while_deleted",
        "making_way_while_deleted",
        "deleting_what_was_heard_and_what_heard_it",
        "answering_while_the_recording_is_deleted",
        "answering_while_the_study_is_deleted",
        "sitting_down_while_the_recording_is_deleted",
        "signing_in_while_an_import_ends",
        "composing_while_what_hears_it_is_deleted",
        "changing_a_sector_while_somebody_begins_to_record",
        "changing_a_sector_while_a_replay_answers_the_same",
        "taking_a_prompt_while_signing_in",
        "deleting_two_that_two_listen_to",
        "forking_for_want_of_room_while_the_source_is_deleted",
        "sitting_down_while_the_study_is_deleted",
        "handing_over_studies_of_what_is_held",
        "forgetting_jobs_while_one_is_retried",
        "forgetting_receipts_while_their_session_is_deleted",
        "asking_under_an_old_key_while_its_session_is_deleted",
        "signing_in_while_a_key_is_taken",
        "adding_a_step_while_one_is_added",
    ],
)
def test_two_who_want_the_same_rows_both_come_through(met, pair):
    assert met[pair] == {"first": "done", "second": "done", "met": "True", "afterwards": "done"}
