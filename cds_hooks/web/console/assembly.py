"""The console put together: its way in, from the settings or for the demo."""

from collections.abc import Iterable
from functools import partial
from pathlib import Path

import flask

from cds_hooks.addresses import Address
from cds_hooks.errors import SettingsBroken
from cds_hooks.outbound.caller import Outbound
from cds_hooks.settings import Settings
from cds_hooks.web.console.access import Role
from cds_hooks.web.console.blueprint import blueprint
from cds_hooks.web.console.openid import OpenId, Provider
from cds_hooks.web.console.shell import PATH
from cds_hooks.web.console.sign_in import OneTime, let_in_by, let_in_once
from cds_hooks.web.desk import Desk
from cds_hooks.web.heartbeat import Heart


def console(  # noqa: PLR0913, PLR0917 (put together here)
    desk: Desk, heart: Heart, tenants: Iterable[str], settings: Settings, outbound: Outbound, way_in: str | Address
) -> flask.Blueprint:
    """The console and the way into it: a word lets in once, a provider of identities signs in whom it knows.

    Raises SettingsBroken.
    """
    if isinstance(way_in, str):
        entrance = partial(let_in_once, once=OneTime(way_in))
    else:
        back = f"{settings.base_url}{PATH}/signed-in"
        openid = OpenId(_provider(settings, way_in), back, outbound.fetch, outbound.send_form)
        entrance = partial(let_in_by, openid=openid)
    secure = settings.base_url is not None and settings.base_url.scheme == "https"
    return blueprint(desk, heart, tuple(tenants), entrance, settings.checkpoints, secure=secure)


def _provider(settings: Settings, issuer: Address) -> Provider:
    return Provider(
        issuer=issuer,
        client_id=settings.oidc_client_id,
        client_secret=_secret(settings.oidc_client_secret_file),
        roles=tuple((word, Role(role)) for word, role in settings.oidc_roles),
        role_claim=settings.oidc_role_claim,
        tenant_claim=settings.oidc_tenant_claim,
    )


def _secret(path: Path | None) -> str:
    try:
        return "" if path is None else path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        raise SettingsBroken((f"the secret of the identity provider {path} cannot be read",)) from None
