"""`/{environmentId}/device`, and the page of one application below it."""

from urllib.parse import quote, unquote

from ostiary.core.base.ids import ClientId
from ostiary.core.model.environment import Environment
from ostiary.dialects.pingone.paths import APPLICATION_VARIABLE, device_path
from ostiary.http.message import Request
from ostiary.web.device_endpoint import DevicePage


def find_device_page(env: Environment, request: Request) -> DevicePage:
    """Return which page somebody came to: for devices of any application, or of one.

    Spec: PingOne "Device authorization".
    """
    path, written = device_path(env), request.path_values.get(APPLICATION_VARIABLE)
    if written is None:
        return DevicePage(path)
    application_id = unquote(written)
    return DevicePage(f"{path}/{quote(application_id, safe='')}", ClientId(application_id))
