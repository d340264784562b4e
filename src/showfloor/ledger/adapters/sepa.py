"""A batch of payouts as banks in the euro area take it: ISO 20022 pain.001.001.09, as the European
Payments Council's guidelines for SEPA credit transfers use it (EPC132-08, 2023).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from xml.etree import ElementTree

from showfloor.kit import csv
from showfloor.kit.money import Money, total
from showfloor.ledger.errors import IbanInvalid, SepaNeedsEuro
from showfloor.ledger.types import Account, Batch, Payee, Payout, PayoutState

NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_NAME = 70
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
# The characters that every bank must take (EPC217-08).
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")


def check_iban(text: str) -> str:
    """Without blanks. Raises IbanInvalid, also for one with wrong check digits (ISO 13616-1)."""
    plain = re.sub(r"\s", "", text).upper()
    if not _IBAN.fullmatch(plain):
        raise IbanInvalid(iban=text)
    digits = "".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])
    if int(digits) % 97 != 1:
        raise IbanInvalid(iban=text)
    return plain


def credit_transfer(
    batch: Batch, debtor: Payee, payees: Mapping[Account, Payee], *, now: datetime, day: date
) -> bytes:
    """The file for the bank, to be carried out on `day`. Payouts that failed are not in it. Raises
    SepaNeedsEuro, IbanInvalid.
    """
    if batch.currency != "EUR":
        raise SepaNeedsEuro
    sent = [each for each in batch.payouts if each.state is PayoutState.SENT]
    count, amount = str(len(sent)), csv.decimal(total([each.amount for each in sent], "EUR"))
    root = ElementTree.Element("Document", xmlns=NAMESPACE)
    message = ElementTree.SubElement(root, "CstmrCdtTrfInitn")
    head = ElementTree.SubElement(message, "GrpHdr")
    _add(head, "MsgId", batch.id.hex)
    _add(head, "CreDtTm", f"{now:%Y-%m-%dT%H:%M:%SZ}")
    _add(head, "NbOfTxs", count)
    _add(head, "CtrlSum", amount)
    _add(head, "InitgPty/Nm", _latin(debtor.name))
    payment = ElementTree.SubElement(message, "PmtInf")
    _add(payment, "PmtInfId", batch.id.hex)
    _add(payment, "PmtMtd", "TRF")
    _add(payment, "NbOfTxs", count)
    _add(payment, "CtrlSum", amount)
    _add(payment, "PmtTpInf/SvcLvl/Cd", "SEPA")
    _add(payment, "ReqdExctnDt/Dt", day.isoformat())
    _add(payment, "Dbtr/Nm", _latin(debtor.name))
    _add(payment, "DbtrAcct/Id/IBAN", check_iban(debtor.iban))
    _add(payment, "DbtrAgt/FinInstnId/Othr/Id", "NOTPROVIDED")
    _add(payment, "ChrgBr", "SLEV")
    for each in sent:
        payment.append(_transfer(each, payees[each.account]))
    ElementTree.indent(root)
    written: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return written


def _transfer(payout: Payout, payee: Payee) -> ElementTree.Element:
    transfer = ElementTree.Element("CdtTrfTxInf")
    _add(transfer, "PmtId/EndToEndId", payout.id.hex)
    amount = _add(transfer, "Amt/InstdAmt", csv.decimal(payout.amount))
    amount.set("Ccy", payout.amount.currency)
    _add(transfer, "Cdtr/Nm", _latin(payee.name))
    _add(transfer, "CdtrAcct/Id/IBAN", check_iban(payee.iban))
    _add(transfer, "RmtInf/Ustrd", f"Payout {payout.id.hex}")
    return transfer


def _add(parent: ElementTree.Element, path: str, text: str) -> ElementTree.Element:
    """The last element of a path, all of it new."""
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, name)
    parent.text = text
    return parent


def _latin(name: str) -> str:
    """Without what some banks refuse: accents are dropped, other letters become points."""
    parts = unicodedata.normalize("NFKD", name)
    plain = "".join(letter for letter in parts if not unicodedata.combining(letter))
    return _OUTSIDE.sub(".", plain)[:_LONGEST_NAME].strip() or "."


def payout_rows(batch: Batch, payees: Mapping[Account, Payee]) -> list[list[str | int]]:
    """The same for every other bank: a row for each payout that was sent."""
    header: list[str | int] = ["payout", "name", "iban", "amount", "currency", "reference"]
    rows = [_row(each, payees[each.account]) for each in batch.payouts if _is_sent(each)]
    return [header, *rows]


def _is_sent(payout: Payout) -> bool:
    return payout.state is PayoutState.SENT


def _row(payout: Payout, payee: Payee) -> list[str | int]:
    money: Money = payout.amount
    name = f"po_{payout.id.hex}"
    return [name, payee.name, payee.iban, csv.decimal(money), money.currency, payout.id.hex]
