"""Revisions are frozen: results rest on the very text that was answered, and history is only worth something if nobody writes in it."""

from django.db import migrations

# Who made a revision may still become unknown when that account is deleted.
FREEZE = """
CREATE FUNCTION documents_refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'A revision is frozen. Save the text as a new one.'
        USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = 'revision_is_frozen';
END $$;
CREATE TRIGGER revision_is_frozen BEFORE UPDATE OF id, document_id, number, source, made_at, note ON documents_revision
    FOR EACH ROW EXECUTE FUNCTION documents_refuse_rewriting();
"""
THAW = """
DROP TRIGGER revision_is_frozen ON documents_revision;
DROP FUNCTION documents_refuse_rewriting();
"""


class Migration(migrations.Migration):
    dependencies = [("documents", "0001_documents")]

    operations = [
        migrations.RunSQL(FREEZE, THAW),
    ]
