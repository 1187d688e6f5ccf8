"""Layouts become canvases."""

import numpy as np

from prompt_media.imaging.geometry import Box, Size
from prompt_media.imaging.picture import Picture
from sessions_app.composing import paint
from sessions_app.composing.layout import Layout, Placed
from sessions_app.composing.pictures import Decoded
from sessions_app.composing.scene import Layer

CANVAS = Size(60, 40)
RED, BLUE, GROUND = (200, 20, 20), (20, 20, 200), (240, 230, 220)


def plain(colour, size=(30, 20), alpha=None):
    pixels = np.empty((size[1], size[0], 3 if alpha is None else 4), np.uint8)
    pixels[...] = colour if alpha is None else (*colour, alpha)
    return Picture(pixels)


class Asked(Decoded):
    """Remembers what painting asked for."""

    def __init__(self, pictures):
        super().__init__(pictures)
        self.sprites = []

    def sprite(self, tag, size, crop):
        self.sprites.append((tag, size, crop))
        return super().sprite(tag, size, crop)


def layout(**boxes):
    return Layout(CANVAS, GROUND, tuple(Placed(Layer(tag), box) for tag, box in boxes.items()))


def test_an_empty_layout_is_its_ground():
    assert (paint.still(layout(), Decoded({})) == GROUND).all()


def test_a_layer_fills_its_box_and_nothing_else():
    box = Box(10, 5, 20, 12)

    canvas = paint.still(layout(red=box), Decoded({"red": plain(RED)}))

    assert (canvas[box.slices] == RED).all()
    assert ((canvas != GROUND).any(2)).sum() == box.pixels


def test_later_layers_lie_in_front():
    pictures = Decoded({"red": plain(RED), "blue": plain(BLUE)})

    canvas = paint.still(layout(red=Box(0, 0, 30, 30), blue=Box(10, 10, 30, 30)), pictures)

    assert tuple(canvas[5, 5]) == RED
    assert tuple(canvas[15, 15]) == BLUE


def test_what_is_half_clear_lets_the_ground_through():
    canvas = paint.still(layout(red=Box(0, 0, 30, 30)), Decoded({"red": plain(RED, alpha=128)}))

    assert np.abs(canvas[5, 5].astype(int) - (220, 125, 120)).max() <= 2


def test_only_the_part_that_is_seen_is_scaled():
    pictures = Asked({"bg": plain(RED)})

    canvas = paint.still(layout(bg=Box(-20, 0, 100, 40)), pictures)

    assert pictures.sprites == [("bg", Size(100, 40), Box(20, 0, 60, 40))]
    assert (canvas == RED).all()


def test_a_layer_outside_the_canvas_costs_nothing():
    pictures = Asked({"red": plain(RED)})

    paint.still(layout(red=Box(70, 0, 10, 10)), pictures)

    assert pictures.sprites == []


def test_a_region_is_the_same_part_of_the_whole():
    pictures = Decoded({"red": plain(RED, alpha=90), "blue": plain(BLUE, alpha=200)})
    placed = layout(red=Box(-5, 3, 30, 20), blue=Box(12, 8, 40, 50))
    whole, box = paint.still(placed, pictures), Box(8, 4, 22, 30)
    plate = paint.still(layout(), pictures)

    part = paint.region(plate, [paint.at_rest(one, placed, pictures) for one in placed.placed], box)

    assert np.array_equal(part, whole[box.slices])
    assert (plate == GROUND).all()
