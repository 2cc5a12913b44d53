"""The version of the published texts: one row, moved on by whatever changes a document, in the same transaction."""

from django.db import migrations, models

# A trigger, once a statement: no way of changing texts can forget it. A row and not a sequence: a sequence would move before
# others can see the change, and they would keep the old page under the new version. No model: only `documents.content_version` asks for it.
MOVE = """
CREATE TABLE documents_site (
    id smallint PRIMARY KEY DEFAULT 1 CONSTRAINT site_is_one CHECK (id = 1),
    version bigint NOT NULL
);
INSERT INTO documents_site (version) VALUES (1);
CREATE FUNCTION documents_move_site() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE documents_site SET version = version + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER documents_move_site AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON documents_document
    FOR EACH STATEMENT EXECUTE FUNCTION documents_move_site();
"""
STAY = """
DROP TRIGGER documents_move_site ON documents_document;
DROP FUNCTION documents_move_site();
DROP TABLE documents_site;
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0002_frozen_revisions")]

    operations = [
        migrations.AddIndex(
            model_name="document",
            index=models.Index(condition=models.Q(("state", "published")), fields=["publish_at"], name="document_publish_at"),
        ),
        migrations.RunSQL(MOVE, STAY),
    ]
