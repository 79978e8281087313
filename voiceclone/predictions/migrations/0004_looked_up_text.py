"""The column is as it was: only questions that a database would refuse are asked differently."""

import voiceclone.predictions.models
from django.db import migrations

from voiceclone.voices.names import LookedUpText


class Migration(migrations.Migration):
    dependencies = [("predictions", "0003_webhooks")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="prediction",
                    name="id",
                    field=LookedUpText(
                        default=voiceclone.predictions.models.new_id, editable=False, max_length=32, primary_key=True, serialize=False
                    ),
                )
            ]
        )
    ]
