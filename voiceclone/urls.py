"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from voiceclone import views
from voiceclone.accounts.language import set_language
from voiceclone.accounts.views import index as account
from voiceclone.api import pages as programs
from voiceclone.api.errors import not_found
from voiceclone.api.openai import api as openai
from voiceclone.api.uploads import put as put_upload
from voiceclone.api.v3 import api
from voiceclone.library import views as library
from voiceclone.predictions import views as predictions
from voiceclone.predictions.remote.pages import engines, renew
from voiceclone.predictions.remote.views import webhook as vendor_webhook
from voiceclone.predictions.webhooks import views as webhooks
from voiceclone.samples import views as samples
from voiceclone.speech.views import speak

admin.site.site_title = admin.site.site_header = "Voiceclone"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one way in, with its limits and second factor

urlpatterns = [
    path("", views.landing, name="landing"),
    path("healthz", views.healthz, name="healthz"),
    path("manifest.webmanifest", views.manifest, name="manifest"),
    path("", include("voiceclone.cloning.urls")),
    path("", include("voiceclone.portability.urls")),
    path("voices/", library.library, name="voices"),
    path("voices/<str:voice_id>/", library.detail, name="voice"),
    path("voices/<str:voice_id>/card/", library.card, name="voice-card"),
    path("voices/<str:voice_id>/rename/", library.rename, name="rename-voice"),
    path("voices/<str:voice_id>/delete/", library.delete, name="delete-voice"),
    path("voices/<str:voice_id>/clone-again/", renew, name="renew-voice"),
    path("voices/gone/<uuid:pk>/forget/", library.forget, name="forget-voice"),
    path("samples/<uuid:pk>/audio", samples.audio, name="sample-audio"),
    path("speak/", speak, name="speak"),
    path("history/", predictions.history, name="history"),
    path("tasks/changes/", predictions.changes, name="changes"),
    path("tasks/<str:pk>/", predictions.detail, name="prediction"),
    path("tasks/<str:pk>/audio", predictions.audio, name="prediction-audio"),
    path("tasks/<str:pk>/parts/<int:number>", predictions.part, name="prediction-part"),
    path("tasks/<str:pk>/cancel/", predictions.cancel, name="cancel-prediction"),
    path("tasks/<str:pk>/retry/", predictions.retry, name="retry-prediction"),
    path("tasks/<str:pk>/takes/", predictions.take, name="takes"),
    path("tasks/<str:pk>/delete/", predictions.delete, name="delete-prediction"),
    path("uploads/<str:token>", samples.upload, name="upload"),
    path("uploads/<str:token>/<str:filename>", samples.upload, name="upload"),
    path("outputs/<str:token>/<str:filename>", predictions.output, name="output"),
    path("api/v3/media/uploads/<str:ticket>", put_upload, name="put-upload"),
    path("account/", account, name="account"),
    path("language/", set_language, name="set-language"),
    path("account/keys/", programs.api_keys, name="api-keys"),
    path("account/keys/<int:pk>/revoke/", programs.revoke_key, name="revoke-api-key"),
    path("account/engines/", engines, name="engines"),
    path("account/webhooks/", webhooks.deliveries, name="webhooks"),
    path("account/webhooks/<uuid:pk>/send-again/", webhooks.send_again, name="send-webhook-again"),
    path("account/", include("allauth.urls")),
    path("vendors/<str:engine>/<uuid:pk>/<str:token>", vendor_webhook, name="vendor-webhook"),
    path("admin/", admin.site.urls),
    path("api/docs", programs.docs, name="api-docs"),
    path("api/openapi.json", programs.openapi, name="api-openapi"),
    path("api/", api.urls),
    path("v1/", openai.urls),
    path("api", not_found, name="api-bare"),
    path("api/<path:path>", not_found, name="api-not-found"),
]

handler400 = "voiceclone.views.bad_request"
handler500 = "voiceclone.views.server_error"
