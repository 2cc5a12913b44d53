"""What the two groups of people who write may do with quizzes: the same as with guides. Editors see the results in totals."""

from typing import Any

from django.db import migrations

GROUPS = {"Writers": ("add", "change", "view"), "Editors": ("add", "change", "view", "publish")}
NAMES = {
    "add": "Can add quiz",
    "change": "Can change quiz",
    "view": "Can view quiz",
    "publish": "Can publish quizzes, and change published ones",
}


def give_rights(apps: Any, schema_editor: Any) -> None:
    """Django makes the permissions only after the last migration, and then keeps those it finds."""
    groups = apps.get_model("auth", "Group").objects
    for name, rights in GROUPS.items():
        group, _ = groups.get_or_create(name=name)
        group.permissions.add(*(permission(apps, "instrument", right, NAMES[right]) for right in rights))
    editors, _ = groups.get_or_create(name="Editors")
    editors.permissions.add(permission(apps, "result", "view", "Can view result"))


def permission(apps: Any, model: str, right: str, name: str) -> Any:
    content_type, _ = apps.get_model("contenttypes", "ContentType").objects.get_or_create(app_label="quiz", model=model)
    found, _ = apps.get_model("auth", "Permission").objects.get_or_create(
        content_type=content_type, codename=f"{right}_{model}", defaults={"name": name}
    )
    return found


def take_rights(apps: Any, schema_editor: Any) -> None:
    rights = apps.get_model("auth", "Permission").objects.filter(content_type__app_label="quiz")
    for group in apps.get_model("auth", "Group").objects.filter(name__in=GROUPS):
        group.permissions.remove(*rights)


class Migration(migrations.Migration):
    dependencies = [
        ("quiz", "0002_again"),
        ("guides", "0002_editors"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="instrument",
            options={
                "permissions": [("publish_instrument", "Can publish quizzes, and change published ones")],
                "verbose_name": "quiz",
                "verbose_name_plural": "quizzes",
            },
        ),
        migrations.RunPython(give_rights, take_rights),
    ]
