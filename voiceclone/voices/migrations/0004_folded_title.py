from django.db import migrations

import voiceclone.voices.names


def fold_titles(apps, schema_editor):
    voices = apps.get_model("voices", "Voice").objects
    for pk, name, voice_id in voices.values_list("pk", "name", "voice_id"):
        voices.filter(pk=pk).update(folded_title=voiceclone.voices.names.fold(name or voice_id))


class Migration(migrations.Migration):

    dependencies = [
        ('voices', '0003_rules'),
    ]

    operations = [
        migrations.AddField(
            model_name='voice',
            name='folded_title',
            field=voiceclone.voices.names.FoldedTitle(default='', editable=False, help_text='For search and order.', max_length=256),
        ),
        migrations.RunPython(fold_titles, migrations.RunPython.noop),
    ]
