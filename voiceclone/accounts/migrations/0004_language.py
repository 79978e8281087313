from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_vendor_keys"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="language",
            field=models.CharField(
                blank=True, help_text="Of pages and mails; empty: as the browser asks.", max_length=10, default=""
            ),
            preserve_default=False,
        ),
    ]
