"""Tables that programs read as they are meant and spreadsheets cannot be talked into anything by."""

import csv

import pytest

from sessions_app.studying import sheets


def read_back(*cells: sheets.Cell) -> list[str]:
    _, row = csv.reader(list(sheets.lines(["a"] * len(cells), [cells])))
    return row


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_words_that_begin_as_a_formula_are_words(words):
    assert read_back(words) == [f"'{words}"]


@pytest.mark.parametrize("words", ["P 01", "Ünïcode, “quoted”", 'a "word", and', "two\nlines", "a=b"])
def test_other_words_come_back_as_they_were(words):
    assert read_back(words) == [words]


def test_numbers_stay_numbers():
    assert read_back(-1, 0.25, None, True, False) == ["-1", "0.25", "", "yes", "no"]


def test_the_header_comes_first_and_lines_end_as_the_rfc_says():
    assert list(sheets.lines(["place", "sector"], [(0, "BR")])) == ["place,sector\r\n", "0,BR\r\n"]
