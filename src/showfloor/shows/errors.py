"""Refusals of `shows`."""

from __future__ import annotations

from showfloor.kit.errors import AppError


class ShowNotFound(AppError):
    code = "show_not_found"
    status = 404


class CueNotFound(AppError):
    code = "cue_not_found"
    status = 404


class CueOfDrop(AppError):
    """It ends with its drop: a card that is gone while the drop sells would be no drop for all."""

    code = "cue_of_drop"
    status = 409


class ProductInDrop(AppError):
    """A drop of it has not ended: it stays on the shelf and on the screen until then."""

    code = "product_in_drop"
    status = 409


class SlugTaken(AppError):
    code = "slug_taken"
    status = 409


class NotAllowedInState(AppError):
    """The show is in a state in which this cannot happen (an ended show does not go live again)."""

    code = "show_state_conflict"
    status = 409


class RehearsalRunning(AppError):
    """The show is being rehearsed already."""

    code = "rehearsal_running"
    status = 409


class RehearsalNotFound(AppError):
    """The show is not being rehearsed."""

    code = "rehearsal_not_found"
    status = 404


class SignalMissing(AppError):
    """Going live needs a publisher."""

    code = "signal_missing"
    status = 409


class DisclosuresUnanswered(AppError):
    """Nobody said whether viewers must be told something about the picture. "Nothing" is an
    answer; silence is none, because the label has to stand on the first public frame.
    """

    code = "disclosures_unanswered"
    status = 409


class CaptionsNotThere(AppError):
    """The show has none in this language."""

    code = "captions_not_there"
    status = 404


class CaptionTimesInvalid(AppError):
    """A live line ends before it begins, lasts too long, or is of another time than now."""

    code = "caption_times_invalid"
    status = 422


class TooManyCaptions(AppError):
    """Lines of a language, or languages of a show."""

    code = "too_many_captions"
    status = 409


class RemoteTicketInvalid(AppError):
    """Used before, too old, withdrawn, or never made."""

    code = "remote_ticket_invalid"
    status = 410


class RemoteEnded(AppError):
    """The host ended it or signed out, the show is over, or it is no remote at all."""

    code = "remote_ended"
    status = 401


class RemoteNotFound(AppError):
    code = "remote_not_found"
    status = 404


class TooManyRemotes(AppError):
    code = "too_many_remotes"
    status = 409


class TooManyPins(AppError):
    code = "too_many_pins"
    status = 409


class TooManyAnnouncements(AppError):
    code = "too_many_announcements"
    status = 409


class ProductNotInShow(AppError):
    code = "product_not_in_show"
    status = 409


class ShelfChanged(AppError):
    """The new order names other products than those on the shelf: somebody changed it meanwhile."""

    code = "shelf_changed"
    status = 409


class ItemNumberTaken(AppError):
    """Another product of the show has this number."""

    code = "item_number_taken"
    status = 409


class SkuConflict(AppError):
    """Two merchants of one show use the same SKU: a line of an order could mean either."""

    code = "sku_conflict"
    status = 409


class ProductNotSellable(AppError):
    """The product has no price in the show's currency, or its merchant has not allowed this
    host.
    """

    code = "product_not_sellable"
    status = 409


class CoverTypeUnsupported(AppError):
    """The upload says that it is something else than a JPEG, PNG or WebP picture."""

    code = "cover_type_unsupported"
    status = 415


class CoverUnreadable(AppError):
    """The upload is no picture, or a broken one."""

    code = "cover_unreadable"
    status = 422


class CoverTooManyPixels(AppError):
    code = "cover_too_many_pixels"
    status = 422


class CoverTooSmall(AppError):
    code = "cover_too_small"
    status = 422
