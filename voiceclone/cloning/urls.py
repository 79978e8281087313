from django.urls import path

from voiceclone.cloning import fixing, reading_views, views

urlpatterns = [
    path("clone/", views.clone, name="clone"),
    path("clone/sample/", views.upload, name="upload-sample"),
    path("clone/sample/fix/", fixing.fix, name="fix-sample"),
    path("clone/sample/<uuid:pk>/report/", fixing.report, name="sample-report"),
    path("clone/demo/", views.demo, name="demo-sample"),
    path("clone/voice-id/", views.check_voice_id, name="check-voice-id"),
    path("clone/reading/", reading_views.read_aloud, name="read-aloud"),
    path("clone/reading/<uuid:pk>/", reading_views.reading, name="reading"),
    path("clone/approvals/<uuid:pk>/withdraw/", reading_views.withdraw, name="withdraw-approval"),
]
