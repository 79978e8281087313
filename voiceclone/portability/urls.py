from django.urls import path

from voiceclone.portability import views

urlpatterns = [
    path("account/data/", views.export, name="export"),
    path("account/data/changes/", views.export_changes, name="export-changes"),
    path("account/data/start/", views.start_export, name="start-export"),
    path("account/data/delete/", views.delete_export, name="delete-export"),
    path("account/data/download", views.download_export, name="download-export"),
    path("account/delete/", views.erase_account, name="erase-account"),
    path("receipts/<str:number>/", views.receipt, name="receipt"),
    path("receipts/<str:number>/changes/", views.receipt_changes, name="receipt-changes"),
    path("receipts/<str:number>/receipt.txt", views.receipt_text, name="receipt-text"),
    path("voices/import/", views.import_voice, name="import-voice"),
    path("voices/<str:voice_id>/export/", views.export_voice, name="export-voice"),
]
