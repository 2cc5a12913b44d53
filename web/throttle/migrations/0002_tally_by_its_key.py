"""The counts anew, with one index in place of three: Django can't give a table that is there a key of two columns.

Both ways the counts of the last hours are lost, and everybody begins again at none. Whoever is being counted waits a moment.
"""

import django.db.models.fields.composite
from django.db import migrations, models

UNLOGGED = "ALTER TABLE throttle_tally SET UNLOGGED"


class Migration(migrations.Migration):
    dependencies = [("throttle", "0001_tally")]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, UNLOGGED),
        migrations.DeleteModel("Tally"),
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "pk",
                    django.db.models.fields.composite.CompositePrimaryKey(
                        "ends_at", "digest", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("ends_at", models.DateTimeField()),
                ("digest", models.BinaryField()),
                ("number", models.PositiveIntegerField()),
            ],
        ),
        migrations.RunSQL(UNLOGGED, migrations.RunSQL.noop),
    ]
