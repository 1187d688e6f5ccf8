"""The live page, where a picture changes under somebody's eye, and the prompts its sectors are given in turn."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from prompt_media.web import identity
from prompt_media.web.fields import posted
from prompt_media.web.filters import typed
from prompt_media.web.pages import PageRequest
from sessions_app.editing import prompts, sectors
from sessions_app.editing.prompts import Lists
from sessions_app.services import decks, prompting
from sessions_app.services.prompting import BadPrompts
from sessions_app.services.samples import SAMPLES

_NAMES = sectors.names(sectors.NAMED_GRID)
_WORDS = ("top left", "top", "top right", "left", "middle", "right", "bottom left", "bottom", "bottom right")


@dataclass(frozen=True, slots=True)
class Cell:
    """The prompts of one sector as a field: a line each."""

    name: str
    where: str
    lines: str


@require_safe
@identity.page
def live(request: PageRequest) -> HttpResponse:
    """A sample to begin with, and the prompt that is brought along; what follows is made by the calls of programs."""
    context = {
        "place": "recordings",
        "samples": SAMPLES,
        "chosen": SAMPLES[0],
        "grid": sectors.NAMED_GRID,
        "grids": sectors.GRID_SIZES,
        "sectors": _NAMES,
        "prompt": typed(request.GET.get("prompt", ""))[: prompts.LONGEST],
        "recording": decks.of(identity.of(request)).recording,
        "max_mb": settings.UPLOAD_MB,
    }
    return render(request, "live/live.html", context)


@require_safe
@identity.page
def sector_prompts(request: PageRequest) -> HttpResponse:
    try:
        lists, problem = prompting.lists_of(identity.of(request)), ""
    except BadPrompts as error:
        lists, problem = prompts.BUILT_IN, error.detail
    texts = {name: "\n".join(lists.sectors.get(name, ())) for name in _NAMES}
    default = "" if lists.source == prompts.BUILT_IN.source else "\n".join(lists.default)
    return _prompts(request, {**texts, prompts.DEFAULT: default}, source=lists.source, problem=problem)


@require_POST
@identity.page
def save_prompts(request: PageRequest) -> HttpResponse:
    """Give this visitor prompts of its own. What is refused comes back in its fields, with the reason."""
    texts = {name: posted(request, name) for name in (prompts.DEFAULT, *_NAMES)}
    try:
        prompting.replace(owner=identity.of(request), lists=_lists(texts, _others(request)))
    except BadPrompts as error:
        return _prompts(request, texts, source=prompts.PAGE, problem=error.detail, status=422)
    return redirect("live-prompts")


@require_POST
@identity.page
def forget_prompts(request: PageRequest) -> HttpResponse:
    """Back to the prompts of the house."""
    prompting.replace(owner=identity.of(request), lists=None)
    return redirect("live-prompts")


@require_POST
@identity.page
def rewind_prompts(request: PageRequest) -> HttpResponse:
    """Each list begins with its first prompt again."""
    prompting.reset(owner=identity.of(request))
    return redirect("live-prompts")


def _prompts(
    request: PageRequest, texts: Mapping[str, str], *, source: str, problem: str, status: int = 200
) -> HttpResponse:
    context = {
        "place": "recordings",
        "cells": list(_cells(texts)),
        "default": texts[prompts.DEFAULT],
        "built_in": prompts.BUILT_IN.default,
        "source": source,
        "is_own": source == prompts.PAGE,
        "problem": problem,
    }
    return render(request, "live/prompts.html", context, status=status)


def _cells(texts: Mapping[str, str]) -> Iterator[Cell]:
    for name, where in zip(_NAMES, _WORDS, strict=True):
        yield Cell(name, where, texts[name])


def _lists(texts: Mapping[str, str], others: Mapping[str, tuple[str, ...]]) -> Lists:
    """The lists that the fields tell; those of other grids, which no field shows, stay."""
    lines = {name: text.splitlines() for name, text in texts.items()}
    default = lines.pop(prompts.DEFAULT)
    return prompting.read({prompts.DEFAULT: default, "sectors": {**others, **lines}})


def _others(request: PageRequest) -> dict[str, tuple[str, ...]]:
    kept = decks.of(identity.of(request)).prompts
    own = prompts.from_json(kept).sectors if kept is not None else {}
    return {name: texts for name, texts in own.items() if name not in _NAMES}
