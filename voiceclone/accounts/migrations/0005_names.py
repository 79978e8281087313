from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_language'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='apikey',
            options={'ordering': ('-created_at',), 'verbose_name': 'API key'},
        ),
    ]
