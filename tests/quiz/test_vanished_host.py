"""The host of the database becomes unreachable and its standby takes over: the quiz works again within some seconds."""

from tests.support.gunicorn import serve, take_quiz_concurrently
from tests.support.unreachable_host import network, pair

__all__ = ["network", "pair"]  # fixtures
TAKERS = 60
LOST_AFTER = 30  # acknowledged results


def test_after_a_failover_no_acknowledged_result_is_lost(pair):
    with serve(pair.folder, pair.url, command_prefix=pair.network.command_prefix) as site:
        site.timeout, site.max_attempts = 10, 12
        site.fault_interval, site.faults = LOST_AFTER, [pair.fail_over, *[lambda: None] * TAKERS]
        acknowledged = take_quiz_concurrently(site, TAKERS)
        kept = pair.ask("SELECT digest, answers FROM quiz_result")
    assert dict(kept) == acknowledged
    assert site.fault_count >= 1
    for page in site.refusals:
        assert page.count(b" checked") == 19
