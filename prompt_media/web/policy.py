"""The content security policy: strict everywhere, with a policy of its own for the staff's admin."""

from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class ContentPolicyMiddleware(CSPMiddleware):
    """The strict policy of the settings; under /admin/ what its theme cannot do without."""

    # Unfold's Alpine evaluates expressions in attributes and sets style attributes. Its scripts are files, none inline.
    ADMIN = {
        "script-src": ["'self'", "'unsafe-eval'"],
        "style-src": ["'self'", "'unsafe-inline'"],
    }
    # Swagger draws its icons as data: URLs and sets style attributes; its scripts are ours and whole.
    DOCS = {"style-src": ["'self'", "'unsafe-inline'"]}

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if request.path.startswith("/admin/"):
            parts.replace = self.ADMIN
        elif request.path == "/api/v1/docs/":
            parts.replace = self.DOCS
        return parts
