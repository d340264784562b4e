"""Use cases of `identity`, one file a noun: gate, accounts, sessions, keys, security log."""

from showfloor.identity.service.accounts import (
    add_person,
    change_password,
    disable,
    enable,
    find_person,
    get_person,
    grant,
    operator,
    revoke_grant,
    set_password,
)
from showfloor.identity.service.gate import (
    Gate,
    admit,
    admit_again,
    admit_known_device,
    list_counts,
)
from showfloor.identity.service.keys import (
    add_api_key,
    list_keys,
    person_of_api_key,
    revoke_key,
)
from showfloor.identity.service.security_log import forget_old_records, list_records, record
from showfloor.identity.service.sessions import (
    end_other_sessions,
    end_session,
    find_session,
    forget_old_sessions,
    list_sessions,
    person_of_session,
    sign_in,
    sign_out,
)

__all__ = [
    "Gate",
    "add_api_key",
    "add_person",
    "admit",
    "admit_again",
    "admit_known_device",
    "change_password",
    "disable",
    "enable",
    "end_other_sessions",
    "end_session",
    "find_person",
    "find_session",
    "forget_old_records",
    "forget_old_sessions",
    "get_person",
    "grant",
    "list_counts",
    "list_keys",
    "list_records",
    "list_sessions",
    "operator",
    "person_of_api_key",
    "person_of_session",
    "record",
    "revoke_grant",
    "revoke_key",
    "set_password",
    "sign_in",
    "sign_out",
]
