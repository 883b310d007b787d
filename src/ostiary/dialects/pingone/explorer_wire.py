"""PingOne's flows, as the explorer speaks to them."""

from ostiary.dialects.pingone.flow_wire import action_type, input_id, offered, status_of
from ostiary.dialects.pingone.paths import environment_path
from ostiary.web.explorer.catalogue import FaceWire

WIRE = FaceWire(
    authorize=lambda env: f"{environment_path(env)}/as/authorize",
    token=lambda env: f"{environment_path(env)}/as/token",
    userinfo=lambda env: f"{environment_path(env)}/as/userinfo",
    media_type=action_type("{action}"),
    status_of=status_of,
    actions_of=offered,
    input_id=input_id,
    empty_body="{}",
)
