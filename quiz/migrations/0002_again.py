"""A result may name an earlier one to be compared with; the number of results is counted from an index alone."""

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    atomic = False  # so that nobody waits while an index is built
    dependencies = [("quiz", "0001_instrument_and_results")]

    operations = [
        migrations.AddField("result", "earlier", models.BinaryField(null=True)),
        migrations.AddConstraint(
            "result",
            models.CheckConstraint(
                condition=Q(earlier__isnull=True) | (Q(earlier__length=32) & ~Q(earlier=F("digest"))), name="result_earlier_is_another"
            ),
        ),
        AddIndexConcurrently("result", models.Index(fields=["expires_on"], include=["day"], name="result_lifetime")),
        RemoveIndexConcurrently("result", "result_expires_on"),
    ]
