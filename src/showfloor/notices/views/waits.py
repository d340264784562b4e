"""A mail about a piece that is held for who waited for it, in words."""

from __future__ import annotations

from functools import partial

from showfloor.kit import messages
from showfloor.notices.types import Letter, Mail
from showfloor.notices.views.letters import moment
from showfloor.notices.views.office import Office, write_letter
from showfloor.offers.types.waiting import OfferedPiece


def offer_letter(mail: Mail, offered: OfferedPiece, office: Office) -> Letter:
    """Its links carry their secret behind the `#`, which no server between reads."""
    lang, wait = offered.language, offered.wait
    assert wait.place.until is not None, "of an offer"
    t = partial(messages.translate, lang)
    product, choice = wait.product[lang], wait.choice[lang]
    name = f"{product}{t('list.comma')}{choice}" if choice else product
    until = moment(lang, wait.place.market, wait.place.until)
    given = {
        "lead": t("mail.wait.lead", product=name, moment=until),
        "url": f"{office.base_url}/s/{wait.slug}?lang={lang}#wait={offered.token}",
        "leave": f"{office.base_url}/account?lang={lang}#leave={offered.token}",
    }
    return write_letter(
        mail,
        office,
        "wait",
        to=offered.email,
        lang=lang,
        subject=t("mail.wait.subject", product=name),
        given=given,
        unsubscribe=f"{office.base_url}/api/v1/viewer/waits/leave/{offered.leave_token}",
    )
