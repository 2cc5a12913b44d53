"""What a document's page needs, made ready. Empty columns are no harm: such a page is made from its text until it is saved or rebuilt."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("documents", "0003_site")]

    operations = [
        migrations.AddField("document", "html", models.TextField(blank=True, db_default="", editable=False)),
        migrations.AddField("document", "facts", models.JSONField(editable=False, null=True)),
        migrations.AddField("document", "made_of", models.BinaryField(null=True)),
    ]
