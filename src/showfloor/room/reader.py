"""What `room` knows of a viewer, for the viewer."""

from __future__ import annotations

from showfloor.kit import clock
from showfloor.kit.db import Session
from showfloor.kit.messages import in_each_language
from showfloor.privacy.types import Reader, Row, Subject
from showfloor.room import service


async def _read(session: Session, subject: Subject, _key: str) -> list[Row]:
    """What was said while signed in; as a guest nobody knows whose it is."""
    if subject.viewer_id is None:
        return []
    return [
        {"said_at": clock.rfc3339(each.at), "name": each.name, "text": each.text}
        for each in await service.said_by_viewer(session, subject.viewer_id)
    ]


async def _read_standing(session: Session, subject: Subject, _key: str) -> list[Row]:
    if subject.viewer_id is None:
        return []
    return [
        {
            "chat_of": " / ".join(in_each_language(each.where)),
            "muted_until_at": clock.rfc3339(each.muted_until) if each.muted_until else None,
            "shown_as_buyer": "yes" if each.has_bought else None,
        }
        for each in await service.standing_of_viewer(session, subject.viewer_id)
    ]


async def _read_questions(session: Session, subject: Subject, _key: str) -> list[Row]:
    """What was asked while signed in; without words where the question is another's."""
    if subject.viewer_id is None:
        return []
    return [
        {"asked_at": clock.rfc3339(each.at), "name": each.name, "text": each.text or ""}
        for each in await service.asked_by_viewer(session, subject.viewer_id)
    ]


READER = Reader("chat", _read)
STANDING = Reader("chat_standing", _read_standing)
QUESTIONS = Reader("questions", _read_questions)
