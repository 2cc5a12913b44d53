"""The counts, in a table that Postgres keeps no journal of."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.BinaryField()),
                ("ends_at", models.DateTimeField()),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "indexes": [models.Index(fields=["ends_at"], name="tally_ends_at")],
                "constraints": [models.UniqueConstraint(fields=("digest", "ends_at"), name="tally_unique")],
            },
        ),
        migrations.RunSQL("ALTER TABLE throttle_tally SET UNLOGGED", "ALTER TABLE throttle_tally SET LOGGED"),
    ]
