"""/generate, which makes one sector of a picture anew, and the prompts it takes where a request brings none."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media import backends
from prompt_media.files import store
from prompt_media.files.store import FileGone
from prompt_media.generating.protocol import Backend, BackendError
from prompt_media.jobs import answers, once, results
from prompt_media.jobs.models import Job
from prompt_media.jobs.serializers import JobOutput
from prompt_media.web import headers, identity, sizes
from prompt_media.web.bodies import WholeJSONParser
from prompt_media.web.fields import query, read
from prompt_media.web.schema import header, may_say, refusals
from sessions_app.api import sector_shapes as shapes
from sessions_app.models import Image, Step
from sessions_app.selectors import recordings
from sessions_app.services import decks, prompting, replays, sectors
from sessions_app.services.replays import FrameGone
from sessions_app.services.sectors import Made, Wish

CHAPTER = "Record and replay"
NO_PLACE = -1
_FACTS = [
    header("X-Prompt-Used", "The prompt, percent-encoded UTF-8, at most 1 KB.", on=[200]),
    header("X-Prompt-Index", f"Its place in its list, from 0; {NO_PLACE}: the request's own.", on=[200]),
    header("X-Target-Sector", "The sector that was made anew.", on=[200]),
    header("X-Generation-Status", "`made`, or `fallback`: the picture as it came, for the backend failed.", on=[200]),
    header("ETag", "The SHA-256 of the picture.", on=[200]),
    may_say("X-Outside-Delta", "How many pixels outside of it changed: 0."),
    may_say("X-Change", "How much the sector changed, 0 to 1."),
    may_say("X-Seed", "With this `seed` the same request gives the same picture."),
    may_say("X-Session-Id", "The recording it is a step of."),
    may_say("X-Index", "The step's number, from 0."),
]
_MAKING = refusals(
    {
        400: "empty_prompt",
        404: "unknown_session unknown_image file_gone",
        409: "quota cancelled replay_mismatch",
        413: "file_too_large too_costly",
        415: "unsupported_picture broken_picture",
        422: "bad_encoding half_a_target out_of_range prompt_too_long bad_prompts",
        429: "too_many_jobs",
        500: "gave_up too_slow",
        503: "backend_failed",
        507: "storage_full",
    }
)
_BAD_PROMPTS = refusals({422: "bad_prompts"})
_LISTS = OpenApiExample(
    "For two sectors", {"default": "a ladybug", "sectors": {"BR": ["a fern", "a shell"], "TL": "a moth"}},
    request_only=True,
)  # fmt: skip


@sizes.with_picture
class Generate(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="generate_sector",
        summary="Make one sector of a picture anew; all others stay as they are",
        description="While you record, it is a step of the recording. In a strict, forked or `new_only` replay the "
        "recording answers where it can.",
        request=shapes.SectorInput,
        parameters=[shapes.GenerateQuery, answers.PREFER, answers.LOCATION, *_FACTS],
        responses={
            (200, "image/*"): OpenApiResponse(OpenApiTypes.BINARY, description="The whole picture."),
            202: JobOutput,
        },
        extensions=_MAKING,
    )
    @once.with_job
    def post(self, request: Request) -> HttpResponse:
        wish = read(shapes.GenerateQuery, query(request))
        body, owner = read(shapes.SectorInput, request.data), identity.of(request)
        data = body.pop("image_base64")
        body.pop("peripheral_size")
        demand = sectors.understood(data, Wish(**body))
        if known := replays.answer_for(owner=owner, asked=demand.asked, slip=once.slip(request)):
            return _replayed(known)
        job = sectors.request(owner=owner, demand=demand, **wish, slip=once.slip(request))
        return answers.answer(request, job)


class Prompts(APIView):
    """Under the name that programs know from long ago; `/api/v1/prompts/` answers the same."""

    @extend_schema(
        operation_id="get_prompts",
        summary="The prompts your requests are given",
        responses=shapes.PromptsOutput,
        extensions=_BAD_PROMPTS,
    )
    def get(self, request: Request) -> Response:
        return _prompts(request)


class OwnPrompts(APIView):
    parser_classes = (WholeJSONParser,)

    @extend_schema(
        operation_id="get_own_prompts",
        summary="The prompts your requests are given: your own, else those of the house",
        responses=shapes.PromptsOutput,
        extensions=_BAD_PROMPTS,
    )
    def get(self, request: Request) -> Response:
        return _prompts(request)

    @extend_schema(
        operation_id="set_prompts",
        summary="Give yourself prompts of your own; each list begins with its first",
        request=shapes.PromptsInput,
        responses=shapes.PromptsOutput,
        examples=[_LISTS],
        extensions=_BAD_PROMPTS,
    )
    def put(self, request: Request) -> Response:
        lists = prompting.read(read(shapes.PromptsInput, request.data))
        prompting.replace(owner=identity.of(request), lists=lists)
        return _prompts(request)

    @extend_schema(
        operation_id="forget_prompts",
        summary="Back to the prompts of the house",
        responses={200: shapes.PromptsOutput},
        extensions=_BAD_PROMPTS,
    )
    def delete(self, request: Request) -> Response:
        prompting.replace(owner=identity.of(request), lists=None)
        return _prompts(request)


class Reset(APIView):
    @extend_schema(
        operation_id="reset_prompts",
        summary="Let each list of your prompts begin with its first again",
        request=None,
        responses=shapes.Reset,
    )
    def post(self, request: Request) -> Response:
        prompting.reset(owner=identity.of(request))
        return Response({"status": "reset", "message": "Each list of prompts begins with its first again."})


class Health(APIView):
    @extend_schema(
        operation_id="get_generation_health",
        summary="Who makes the pictures, and what you record and replay",
        description="For whether the whole studio works, ask `/readyz`.",
        responses=shapes.Health,
    )
    def get(self, request: Request) -> Response:
        deck = decks.of(identity.of(request))
        at = {"recording": deck.recording, "replaying": deck.replaying}
        return Response(_backend() | {name: one and one.public_id for name, one in at.items()})


@results.shows(sectors.KIND)
def _shown(job: Job) -> HttpResponse:
    made = sectors.made_by(job)
    recipe, told = made.recipe, _of_step(made.step) if made.step else {}
    facts = {"X-Prompt-Index": recipe.prompt_index, "X-Seed": recipe.seed}
    return _picture(made.image, recipe.prompt, recipe.target_sector, told | facts | _outcome(made))


@results.tells(sectors.KIND)
def _told(job: Job) -> Any:
    return shapes.told(sectors.made_by(job))


@results.shows_again(replays.SHOWN)
def _replayed_again(key: str, request: Request) -> HttpResponse:
    return _replayed(recordings.step(int(key), identity.reach(request)))


def _replayed(step: Step) -> HttpResponse:
    facts = {"X-Prompt-Index": step.recipe.get("prompt_index"), "X-Seed": step.recipe.get("seed")}
    try:
        return _picture(step.image, step.prompt, step.target_sector, _of_step(step) | facts | _outcome(step))
    except FileGone as error:
        raise FrameGone(step) from error


def _of_step(step: Step) -> dict[str, Any]:
    return {"X-Session-Id": step.recording.public_id, "X-Index": step.index}


def _outcome(made: Made | Step) -> dict[str, Any]:
    change = None if made.change is None else f"{made.change:.4f}"
    return {"X-Generation-Status": made.status, "X-Outside-Delta": made.outside_delta, "X-Change": change}


def _picture(image: Image, prompt: str, sector: str, facts: dict[str, Any]) -> HttpResponse:
    response = HttpResponse(store.read(image.key), content_type=image.media_type)
    response["ETag"] = f'"{image.sha256}"'
    response["X-Prompt-Used"], response["X-Target-Sector"] = headers.text(prompt), sector
    if facts["X-Prompt-Index"] is None:
        facts["X-Prompt-Index"] = NO_PLACE
    for name, value in facts.items():
        if value is not None:
            response[name] = str(value)
    return response


def _prompts(request: Request) -> Response:
    lists, turns = prompting.lists_and_turns_of(identity.of(request))
    told = lists.to_json() | {"prompts": lists.default, "source": lists.source, "turns": turns}
    return Response(shapes.PromptsOutput(told).data)


def _backend() -> dict[str, Any]:
    try:
        return {"status": "ok", "detail": "", "backend": _of_backend(backends.current())}
    except BackendError as error:
        return {"status": "degraded", "detail": str(error), "backend": None}


def _of_backend(backend: Backend) -> dict[str, Any]:
    can = backend.capabilities
    return {
        "name": backend.name,
        "version": backend.version,
        "verbs": sorted(can.verbs),
        "is_deterministic": can.is_deterministic,
    }
