"""The API as a whole: its rooms, its errors, its OpenAPI document."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationErrorContext
from ninja.openapi.schema import OpenAPISchema

from voiceclone.api import account, bodies, errors, runs, schemas, streams, tasks, uploads, voices, webhooks
from voiceclone.api.auth import Bearer


class Api(NinjaAPI):
    def validation_error_from_error_contexts(self, error_contexts: list[ValidationErrorContext[Any]]) -> Any:
        """A sentence for each field, instead of a list that only a program can read."""
        return errors.invalid([one for context in error_contexts for one in errors.told(context)])

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        """With the one form that every refusal has; and files are not empty."""
        document = super().get_openapi_schema(**options)
        document["components"]["schemas"]["Error"] = schemas.Error.json_schema()
        error = {"schema": {"$ref": "#/components/schemas/Error"}}
        refusal = {"description": "Refused; `message` says why.", "content": {"application/json": error}}
        for methods in document["paths"].values():
            for operation in methods.values():
                operation["responses"]["default"] = refusal
                form = operation.get("requestBody", {}).get("content", {}).get("multipart/form-data")
                for file in form["schema"]["properties"].values() if form else ():
                    file["minLength"] = 1
        return document


api = Api(
    title="Voiceclone",
    version=str(settings.VERSION),
    description="Clone voices and speak with them. Compatible with the WaveSpeed v3 API; what is ours says so.",
    docs_url=None,
    openapi_url=None,
    auth=Bearer(),
    parser=bodies.JsonParser(),
    urls_namespace="api",
)
api.add_router("/v3/", streams.router)
api.add_router("/v3/", runs.router)
api.add_router("", tasks.router)
api.add_router("", voices.router)
api.add_router("/v3/", webhooks.router)
api.add_router("/v3/", account.router)
api.add_router("/v3/", uploads.router)
api.add_router("/v2/", uploads.twins)


@api.exception_handler(errors.Refused)
def refused(request: HttpRequest, error: errors.Refused) -> HttpResponse:
    return errors.refused(request, error)


@api.exception_handler(AuthenticationError)
def unauthorized(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return errors.unauthorized(request, error)


@api.exception_handler(HttpError)
def http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return errors.http_error(request, error)


@api.exception_handler(RequestDataTooBig)
def too_large(request: HttpRequest, error: RequestDataTooBig) -> HttpResponse:
    return errors.refused(request, bodies.too_large(int(settings.DATA_UPLOAD_MAX_MEMORY_SIZE)))
