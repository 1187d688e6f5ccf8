"""Requests that say different things have different fingerprints."""

from urllib.parse import urlencode

from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import example, given
from hypothesis import strategies as st
from rest_framework.parsers import FormParser
from rest_framework.request import Request

from prompt_media.web import bodies

WORDS = st.sampled_from("ab")
FORMS = st.dictionaries(WORDS, st.lists(WORDS, min_size=1, max_size=3), max_size=3)
SAID = st.tuples(FORMS, FORMS)


def fingerprint(query: dict[str, list[str]], form: dict[str, list[str]]) -> str:
    body = urlencode(form, doseq=True)
    plain = RequestFactory().post(
        "/?" + urlencode(query, doseq=True), body, content_type="application/x-www-form-urlencoded"
    )
    return bodies.fingerprint(Request(plain, parsers=[FormParser()]))


@given(SAID, SAID)
@example(({}, {"a": ["b", "c", "d"]}), ({}, {"a": ["b"], "c": ["d"]}))
@example(({"a": ["b"]}, {}), ({}, {"a": ["b"]}))
def test_different_requests_differ(one, other):
    assert (fingerprint(*one) == fingerprint(*other)) == (one == other)


def test_a_word_in_the_address_is_none_in_the_body():
    assert fingerprint({"auto_tag": ["1"]}, {}) != fingerprint({}, {"auto_tag": ["1"]})


def test_a_value_is_no_name():
    first, second = (dict(QueryDict(text).lists()) for text in ("a=b&a=c&a=d", "a=b&c=d"))
    assert fingerprint({}, first) != fingerprint({}, second)
