"""The review sampler: which decisions to look at, and how often reviewers agreed with them."""

import flask

from cds_hooks.audit.measures import volume
from cds_hooks.audit.reviews import QUESTIONS, agreement, reviews, to_review
from cds_hooks.web.console.access import READERS
from cds_hooks.web.console.shell import Shell, Visit
from cds_hooks.web.console.windows import period

SIZES = (5, 20, 50)


def register(shell: Shell) -> None:
    """GET /console/reviews."""

    @shell.page("/reviews", "reviews", *READERS, title="Reviews")
    def show(visit: Visit) -> flask.Response:
        window, journal = period(visit), shell.desk.journal
        asked = flask.request.args.get("size", "")
        size = int(asked) if asked in {str(each) for each in SIZES} else SIZES[0]
        with journal.database.reading() as connection:
            tiers = [each.word for each in volume.tiers(connection, window)]
        each_tier = flask.request.args.get("by") == "tier"
        strata = {tier: to_review(journal, window, size, tier) for tier in tiers} if each_tier else {}
        found = reviews(journal, window)
        by_tier = {tier: agreement(one for one in found if one.tier == tier) for tier in tiers}
        by_mode = {mode: agreement(one for one in found if one.mode == mode) for mode in ("live", "pilot", "silent")}
        return shell.render(
            visit,
            "reviews",
            "Reviews",
            window=window,
            size=size,
            sizes=SIZES,
            each_tier=each_tier,
            strata=strata or {"": to_review(journal, window, size)},
            questions=QUESTIONS,
            count=len(found),
            agreements={"all": agreement(found), **by_tier, **by_mode},
        )
