"""Suggestions that an EHR can file: a proposed, draft ServiceRequest for each order of a consideration."""

from collections.abc import Mapping
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from cds_hooks.picture.episode import Episode
from cds_hooks.reasoning.considerations import Order

Json = dict[str, Any]

_SNOMED_CT = "http://snomed.info/sct"
_OTHER = {"left": "right", "right": "left"}
_BREAST: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"left": ("80248007", "Left breast structure"), "right": ("73056007", "Right breast structure")}
)


def suggestion(order: Order, uuid: str, patient: str, episode: Episode | None, today: date) -> Json:
    """The suggestion of an order for this patient (a reference, "Patient/1")."""
    action = {"type": "create", "description": order.label, "resource": _request(order, patient, episode, today)}
    return {"label": order.label, "uuid": uuid, "actions": [action]}


def _request(order: Order, patient: str, episode: Episode | None, today: date) -> Json:
    end = today + timedelta(days=order.within_days)
    request: Json = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "proposal",
        "code": _concept(order.system, order.code, order.display),
        "subject": {"reference": patient},
        "occurrencePeriod": {"start": today.isoformat(), "end": end.isoformat()},
    }
    if episode is not None and episode.conditions:
        request["reasonReference"] = [{"reference": condition} for condition in episode.conditions]
    side = side_of(order, episode)
    if side in _BREAST:
        code, display = _BREAST[side]
        request["bodySite"] = [_concept(_SNOMED_CT, code, display)]
    return request


def side_of(order: Order, episode: Episode | None) -> str:
    """The side that the order is for; "" where none is asked for or the tumour has none."""
    if order.body_side is None or episode is None:
        return ""
    return episode.side if order.body_side == "same" else _OTHER.get(episode.side, "")


def _concept(system: str, code: str, display: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": display}], "text": display}
