"""/api/v1/tokens/: list, make and revoke one's own."""

from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from prompt_media.access import selectors, serializers, services
from prompt_media.access.middleware import token_of
from prompt_media.access.models import Token
from prompt_media.errors import NotSignedIn
from prompt_media.jobs import once
from prompt_media.web import identity
from prompt_media.web.fields import read
from prompt_media.web.schema import ACCOUNT_ONLY, refusals

CHAPTER = "Tokens"


class Tokens(ListAPIView):
    serializer_class = serializers.TokenOutput
    queryset = Token.objects.none()

    def get_queryset(self) -> QuerySet[Token]:
        return selectors.tokens_of(_account(self.request))

    @extend_schema(summary="Your tokens, newest first", auth=ACCOUNT_ONLY)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return super().get(request, *args, **kwargs)

    @extend_schema(
        operation_id="create_token",
        summary="Make a token; its secret is told this once",
        request=serializers.TokenInput,
        responses={201: serializers.TokenCreated},
        auth=ACCOUNT_ONLY,
        extensions=refusals({422: "out_of_range"}),
    )
    @once.together
    def post(self, request: Request) -> Response:
        user = _account(request)
        wish = read(serializers.TokenInput, request.data)
        fresh = services.create(user=user, made_with=token_of(request), **wish)
        shown = serializers.TokenOutput(fresh.token).data | {"token": fresh.secret}
        return Response(shown, status=201, headers={"Cache-Control": "no-store"})


class OneToken(APIView):
    @extend_schema(
        operation_id="revoke_token",
        summary="Revoke a token",
        responses={204: None},
        auth=ACCOUNT_ONLY,
        extensions=refusals({404: "unknown_token"}),
    )
    def delete(self, request: Request, token_id: int) -> Response:
        user = _account(request)
        among = Token.objects.filter(revoked_at=None) if identity.is_staff(request) else selectors.tokens_of(user)
        services.revoke(selectors.token(token_id, among=among))
        return Response(status=204)


def _account(request: Request) -> AbstractBaseUser:
    user = identity.account(request)
    if user is None:
        raise NotSignedIn("Tokens belong to accounts. Sign in, or call with a token.")
    return user
