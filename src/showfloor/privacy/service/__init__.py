"""Use cases of `privacy`, one file a noun: requests and the registry, cases, evidence, policy."""

from __future__ import annotations

from showfloor.privacy.service.cases import (
    CASES,
    appeal,
    carry_out_cases,
    decide_case,
    find_open_case,
    forget_old_cases,
    get_case_figures,
    list_open_cases,
    read_contact,
    register_concern,
    register_sayings,
    report_suspicion,
    review_case,
)
from showfloor.privacy.service.evidence import (
    export_evidence,
    get_evidence_head,
    verify_evidence,
)
from showfloor.privacy.service.policy import (
    suspicion_policy,
)
from showfloor.privacy.service.requests import (
    ERASURES,
    answer,
    ask,
    carry_out_erasures,
    collect,
    erase,
    find_erasure,
    is_erased,
    list_erasers,
    list_open,
    open_asker,
    receipt_token,
    register_eraser,
    register_reader,
    waiting,
)

__all__ = [
    "CASES",
    "ERASURES",
    "answer",
    "appeal",
    "ask",
    "carry_out_cases",
    "carry_out_erasures",
    "collect",
    "decide_case",
    "erase",
    "export_evidence",
    "find_erasure",
    "find_open_case",
    "forget_old_cases",
    "get_case_figures",
    "get_evidence_head",
    "is_erased",
    "list_erasers",
    "list_open",
    "list_open_cases",
    "open_asker",
    "read_contact",
    "receipt_token",
    "register_concern",
    "register_eraser",
    "register_reader",
    "register_sayings",
    "report_suspicion",
    "review_case",
    "suspicion_policy",
    "verify_evidence",
    "waiting",
]
