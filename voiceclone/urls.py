"""Every address of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path

from voiceclone import views
from voiceclone.accounts.views import index as account
from voiceclone.api.errors import not_found
from voiceclone.library import views as library
from voiceclone.predictions import views as predictions
from voiceclone.samples.views import audio as sample_audio
from voiceclone.speech.views import speak

admin.site.site_title = admin.site.site_header = "Voiceclone"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # one way in, with its limits and second factor

urlpatterns = [
    path("", views.landing, name="landing"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("voiceclone.cloning.urls")),
    path("", include("voiceclone.portability.urls")),
    path("voices/", library.library, name="voices"),
    path("voices/<str:voice_id>/", library.detail, name="voice"),
    path("voices/<str:voice_id>/card/", library.card, name="voice-card"),
    path("voices/<str:voice_id>/rename/", library.rename, name="rename-voice"),
    path("voices/<str:voice_id>/delete/", library.delete, name="delete-voice"),
    path("voices/gone/<uuid:pk>/forget/", library.forget, name="forget-voice"),
    path("samples/<uuid:pk>/audio", sample_audio, name="sample-audio"),
    path("speak/", speak, name="speak"),
    path("history/", predictions.history, name="history"),
    path("tasks/changes/", predictions.changes, name="changes"),
    path("tasks/<str:pk>/", predictions.detail, name="prediction"),
    path("tasks/<str:pk>/audio", predictions.audio, name="prediction-audio"),
    path("tasks/<str:pk>/parts/<int:number>", predictions.part, name="prediction-part"),
    path("tasks/<str:pk>/cancel/", predictions.cancel, name="cancel-prediction"),
    path("tasks/<str:pk>/retry/", predictions.retry, name="retry-prediction"),
    path("tasks/<str:pk>/delete/", predictions.delete, name="delete-prediction"),
    path("account/", account, name="account"),
    path("account/", include("allauth.urls")),
    path("admin/", admin.site.urls),
    path("api/<path:path>", not_found, name="api-not-found"),
]

handler500 = "voiceclone.views.server_error"
