"""Tokens as the API tells them."""

from rest_framework import serializers

from prompt_media.access.models import Token
from prompt_media.web.fields import Text


class TokenInput(serializers.Serializer):
    name = Text(max_length=100, required=False, allow_blank=True, default="", help_text="What it is for.")
    scope = serializers.ChoiceField(Token.Scope.choices, default=Token.Scope.WRITE)
    expires_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class TokenOutput(serializers.ModelSerializer):
    """One token, without its secret."""

    class Meta:
        model = Token
        fields = ["id", "name", "scope", "prefix", "created_at", "expires_at", "last_used_at"]


class TokenCreated(TokenOutput):
    """A token just made, with its secret: it is told this once."""

    token = serializers.CharField(read_only=True, help_text="The secret. Nobody can tell it again.")

    class Meta(TokenOutput.Meta):
        fields = [*TokenOutput.Meta.fields, "token"]
