"""What is sent for a result is numbered in the order of its arrival, and a deletion is noted for a day or two.

The release before goes on meanwhile: rows that it writes have the number 0, so that whatever is sent for them later prevails.
"""

from django.db import migrations, models

# A function, because what it asks it asks after the lock is its own, and so sees a deletion that was carried out while it waited. The
# statement that calls it saw the database when it began. Submissions share the lock; a deletion holds it alone, until its end.
FUNCTIONS = """
CREATE FUNCTION quiz_lock_of(digest bytea) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
    SELECT ('x' || encode(substring(digest FOR 8), 'hex'))::bit(64)::bigint
$$;
CREATE FUNCTION quiz_not_deleted_since(of_digest bytea, since bigint) RETURNS boolean LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(quiz_lock_of(of_digest));
    RETURN NOT EXISTS (SELECT FROM quiz_deletedresult WHERE digest = of_digest AND arrival_number > since);
END $$;
"""
NO_FUNCTIONS = """
DROP FUNCTION quiz_not_deleted_since(bytea, bigint);
DROP FUNCTION quiz_lock_of(bytea);
"""


class Migration(migrations.Migration):
    dependencies = [("quiz", "0003_editors")]

    operations = [
        migrations.CreateModel(
            "DeletedResult",
            [
                ("digest", models.BinaryField(primary_key=True, serialize=False)),
                ("arrival_number", models.BigIntegerField()),
                ("forget_on", models.DateField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("digest__length", 32)), name="deleted_result_digest_sha256")]
            },
        ),
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        migrations.AddField("result", "arrival_number", models.BigIntegerField(db_default=0)),
    ]
