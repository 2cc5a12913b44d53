"""Creates the groups of writers and editors.

In a migration and not in a post_migrate signal, so that what an operator changes in the groups later stays changed.
"""

from typing import Any

from django.db import migrations

GROUPS = {"Writers": ("add", "change", "view"), "Editors": ("add", "change", "view", "publish")}
NAMES = {
    "add": "Can add guide",
    "change": "Can change guide",
    "view": "Can view guide",
    "publish": "Can publish guides, and change published ones",
}


def make_groups(apps: Any, schema_editor: Any) -> None:
    """Django makes the permissions only after the last migration, and then keeps those it finds."""
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="guides", model="guide")
    for name, rights in GROUPS.items():
        group, _ = apps.get_model("auth", "Group").objects.get_or_create(name=name)
        for right in rights:
            permission, _ = apps.get_model("auth", "Permission").objects.get_or_create(
                content_type=content_type, codename=f"{right}_guide", defaults={"name": NAMES[right]}
            )
            group.permissions.add(permission)


def drop_groups(apps: Any, schema_editor: Any) -> None:
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("guides", "0001_guide"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [
        migrations.RunPython(make_groups, drop_groups),
    ]
