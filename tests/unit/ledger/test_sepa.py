"""The file for banks: pain.001.001.09, and IBANs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID
from xml.etree import ElementTree

import pytest

from showfloor.kit.money import Money
from showfloor.ledger.adapters import sepa
from showfloor.ledger.errors import IbanInvalid, SepaNeedsEuro
from showfloor.ledger.types import Account, Batch, BatchState, Payee, Payout, PayoutState

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
LOAM, ZAFRA = Account.merchant(UUID(int=1)), Account.merchant(UUID(int=2))
# The examples of ECBS and of the banks' own documentation.
PAYEES = {
    LOAM: Payee("Loamwick & Søns GmbH", "DE89 3704 0044 0532 0130 00"),
    ZAFRA: Payee("زفرة", "FR14 2004 1010 0505 0001 3M02 606"),
}
DEBTOR = Payee("Showfloor Ltd", "IE29 AIBK 9311 5212 3456 78")


def payout(number: int, account: Account, amount: int, state: PayoutState) -> Payout:
    return Payout(UUID(int=number), UUID(int=9), account, Money(amount, "EUR"), state, NOW)


def batch(currency: str = "EUR") -> Batch:
    payouts = (
        payout(10, LOAM, 123_456, PayoutState.SENT),
        payout(11, ZAFRA, 44, PayoutState.SENT),
        payout(12, ZAFRA, 7_000, PayoutState.FAILED),
    )
    sides = UUID(int=5), NOW
    return Batch(UUID(int=9), currency, BatchState.EXPORTED, *sides, payouts, UUID(int=6))


def written() -> ElementTree.Element:
    file = sepa.credit_transfer(batch(), DEBTOR, PAYEES, now=NOW, day=date(2026, 11, 27))
    return ElementTree.fromstring(file)


def shape(element: ElementTree.Element) -> list[str]:
    """The names of what is in it, in their order: the schema knows only sequences."""
    return [child.tag.removeprefix(f"{{{sepa.NAMESPACE}}}") for child in element]


def test_elements_come_in_the_order_of_the_schema() -> None:
    (message,) = written()
    head, payment = message

    assert shape(message) == ["GrpHdr", "PmtInf"]
    assert shape(head) == ["MsgId", "CreDtTm", "NbOfTxs", "CtrlSum", "InitgPty"]
    assert shape(payment) == [
        *("PmtInfId", "PmtMtd", "NbOfTxs", "CtrlSum", "PmtTpInf", "ReqdExctnDt"),
        *("Dbtr", "DbtrAcct", "DbtrAgt", "ChrgBr", "CdtTrfTxInf", "CdtTrfTxInf"),
    ]
    assert shape(payment[-1]) == ["PmtId", "Amt", "Cdtr", "CdtrAcct", "RmtInf"]


def test_sums_are_those_of_what_was_sent_and_names_are_what_banks_take() -> None:
    space = {"p": sepa.NAMESPACE}
    root = written()

    assert [each.text for each in root.findall(".//p:CtrlSum", space)] == ["1235.00"] * 2
    assert [each.text for each in root.findall(".//p:NbOfTxs", space)] == ["2", "2"]
    amounts = root.findall(".//p:InstdAmt", space)
    assert [(each.text, each.get("Ccy")) for each in amounts] == [
        ("1234.56", "EUR"),
        ("0.44", "EUR"),
    ]
    assert [each.text for each in root.findall(".//p:Cdtr/p:Nm", space)] == [
        "Loamwick . S.ns GmbH",
        "....",
    ]
    ibans = [each.text for each in root.findall(".//p:IBAN", space)]
    assert ibans == [
        "IE29AIBK93115212345678",
        "DE89370400440532013000",
        "FR1420041010050500013M02606",
    ]


def test_another_currency_is_refused() -> None:
    with pytest.raises(SepaNeedsEuro):
        sepa.credit_transfer(batch("GBP"), DEBTOR, PAYEES, now=NOW, day=date(2026, 11, 27))


@pytest.mark.parametrize(
    "text",
    ["", "DE89", "DE88 3704 0044 0532 0130 00", "DE89370400440532013O00", "893704004405"],
)
def test_what_is_no_iban_is_refused(text: str) -> None:
    with pytest.raises(IbanInvalid):
        sepa.check_iban(text)


def test_rows_for_other_banks_are_those_that_were_sent() -> None:
    rows = sepa.payout_rows(batch(), PAYEES)

    assert [row[1:5] for row in rows[1:]] == [
        ["Loamwick & Søns GmbH", "DE89 3704 0044 0532 0130 00", "1234.56", "EUR"],
        ["زفرة", "FR14 2004 1010 0505 0001 3M02 606", "0.44", "EUR"],
    ]
