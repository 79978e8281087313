from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('voices', '0002_ends_and_freezing'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('end_reason', ''), ('ended_at', None), ('state__in', ('cloning', 'ready'))), models.Q(('ended_at__isnull', False), ('state__in', ('failed', 'expired', 'deleted')), models.Q(('end_reason', ''), _negated=True)), _connector='OR'), name='a_voice_that_ended_says_when_and_why'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(('state', 'ready'), ('expires_at', None), _connector='OR'), name='only_a_ready_voice_is_going_to_expire'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state__in', ('cloning', 'failed', 'expired')), _negated=True), models.Q(('first_used_at', None), ('is_permanent', False)), _connector='OR'), name='a_voice_that_was_used_never_expires'),
        ),
        migrations.AddConstraint(
            model_name='voice',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('is_permanent', False), ('state', 'ready'), _negated=True), ('first_used_at', None), _connector='OR'), name='a_used_voice_is_permanent'),
        ),
    ]
