from django.urls import path

from voiceclone.cloning import views

urlpatterns = [
    path("clone/", views.clone, name="clone"),
    path("clone/sample/", views.upload, name="upload-sample"),
    path("clone/demo/", views.demo, name="demo-sample"),
    path("clone/voice-id/", views.check_voice_id, name="check-voice-id"),
]
