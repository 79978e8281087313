"""The column is as it was: only questions that a database would refuse are asked differently."""

from django.db import migrations

from voiceclone.voices.names import LookedUpText


class Migration(migrations.Migration):
    dependencies = [("voices", "0006_consents_by_time")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="voice",
                    name="voice_id",
                    field=LookedUpText(max_length=256, verbose_name="voice ID"),
                )
            ]
        )
    ]
