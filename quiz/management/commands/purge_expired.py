"""purge_expired: deletes the results whose time is over. To be run once a day; links to them are dead before that."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from quiz.models import DeletedResult, Result
from throttle.models import Tally


class Command(BaseCommand):
    help = "Deletes kept results that have expired."

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        deleted, _ = Result.objects.expired(now.date()).delete()
        DeletedResult.objects.forgotten(now.date()).delete()
        Tally.objects.over(now).delete()
        self.stdout.write(f"{deleted} expired result{'' if deleted == 1 else 's'} deleted.")
