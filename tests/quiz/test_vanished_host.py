"""The host of the database vanishes without a goodbye, and its standby takes over: the quiz is back within some seconds."""

from tests.support.gunicorn import collect, crowd_takes_the_quiz, started
from tests.support.unreachable_host import network, pair

__all__ = ["network", "pair"]  # fixtures
TAKERS = 60
LOST_AFTER = 30  # acknowledged results


def test_when_the_host_of_the_database_vanishes_its_standby_goes_on_and_nothing_acknowledged_is_lost(pair):
    collect(pair.folder, "--ignore=admin", "--ignore=markdownx")
    with started(pair.folder, pair.url, inside=pair.network.inside) as site:
        site.patience, site.attempts = 10, 12
        site.every, site.troubles = LOST_AFTER, [pair.lose_the_first, *[lambda: None] * TAKERS]
        acknowledged = crowd_takes_the_quiz(site, TAKERS)
        kept = pair.ask("SELECT digest, answers FROM quiz_result")
    assert dict(kept) == acknowledged
    assert site.troubled >= 1
    for page in site.refused:
        assert page.count(b" checked") == 19
