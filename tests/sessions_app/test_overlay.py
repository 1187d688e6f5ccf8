"""What lies over a picture, in numbers."""

import pytest

from prompt_media.imaging.geometry import Size
from sessions_app.reels import overlay
from sessions_app.reels.overlay import Area, Flag

SQUARE = Size(60, 60)


def test_every_picture_is_drawn_with_the_same_long_side():
    assert (overlay.plain(Size(60, 30)).width, overlay.plain(Size(60, 30)).height) == (600, 300)
    assert (overlay.plain(Size(1000, 4000)).width, overlay.plain(Size(1000, 4000)).height) == (150, 600)


def test_the_target_is_its_sector():
    assert overlay.draw(SQUARE, 3, "BC", "", None).target == Area(200, 400, 200, 200)


def test_the_last_column_has_the_pixels_that_division_leaves():
    drawn = overlay.draw(Size(100, 60), 3, "TR", "", None)

    assert drawn.target == Area(396, 0, 204, 120)
    assert drawn.lines.startswith("M198.0 0v360")


def test_where_somebody_looked_is_a_point_when_it_is_known_and_a_sector_when_not():
    exact = overlay.draw(SQUARE, 3, "BC", "TC", (0.5, 0.25))
    vague = overlay.draw(SQUARE, 3, "BC", "TC", None)

    assert (exact.point, exact.focus) == ((300, 150), None)
    assert (vague.point, vague.focus) == (None, Area(200, 0, 200, 200))


@pytest.mark.parametrize("corner", [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)])
@pytest.mark.parametrize("target", ["TL", "TR", "BL", "BR"])
def test_flags_stay_on_the_picture(target, corner):
    drawn = overlay.draw(SQUARE, 3, target, "", corner)

    assert len(drawn.flags) == 2
    assert all(flag.x >= 0 and flag.x + flag.width <= 600 and 0 <= flag.y <= 574 for flag in drawn.flags)
    # On a phone they grow to 1.35 of their size, upwards and to the right.
    assert all(flag.y >= 0.35 * 26 and flag.x + 1.35 * flag.width <= 600 for flag in drawn.flags)


def test_a_flag_stands_on_its_sector():
    [flag] = overlay.draw(SQUARE, 3, "BC", "", None).flags

    assert flag == Flag("BC target", 200, 372)


@pytest.mark.parametrize(
    ("grid", "target"), [pytest.param(9, "r0c0", id="finer than pixels"), pytest.param(3, "STUDIO", id="no sector")]
)
def test_what_cannot_be_cut_or_named_has_no_target(grid, target):
    assert overlay.draw(Size(8, 8), grid, target, "", None).target is None
