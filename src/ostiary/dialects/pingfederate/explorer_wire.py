"""PingFederate's flows, as the explorer speaks to them."""

from collections.abc import Mapping

from ostiary.core.steps.contract import Offer, View
from ostiary.dialects.pingfederate.authn import XSRF_HEADER
from ostiary.dialects.pingfederate.authn_wire import (
    API_STATE,
    action_type,
    actions_of,
    input_id,
    status_of,
)
from ostiary.dialects.pingfederate.authorization import AUTHORIZATION_PATH
from ostiary.dialects.pingfederate.browser_cookies import API_STATE_HEADER
from ostiary.dialects.pingfederate.oauth import TOKEN_PATH
from ostiary.dialects.pingfederate.userinfo import USERINFO_PATH
from ostiary.web.explorer.catalogue import FaceWire


def _actions_of(view: View) -> Mapping[str, Offer]:
    return actions_of(view, is_redirectless=True)


WIRE = FaceWire(
    authorize=lambda _env: AUTHORIZATION_PATH,
    token=lambda _env: TOKEN_PATH,
    userinfo=lambda _env: USERINFO_PATH,
    media_type=action_type("{action}"),
    status_of=lambda view: status_of(view.state),
    actions_of=_actions_of,
    input_id=input_id,
    headers={XSRF_HEADER.decode(): "explorer"},
    api_state=(API_STATE, API_STATE_HEADER.decode()),
)
