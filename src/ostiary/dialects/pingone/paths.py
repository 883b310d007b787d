"""PingOne's paths: every one begins with the environment's id."""

from urllib.parse import quote

from ostiary.core.model.environment import Environment

ENVIRONMENT_VARIABLE, FLOW_VARIABLE = "environmentId", "flowId"
ISSUER_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/as"
FLOW_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/flows/{{{FLOW_VARIABLE}}}"
PAGE_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/signon/"
ACCOUNT_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/account"
"""Ours, beside PingOne's."""
DEVICE_PATH = f"/{{{ENVIRONMENT_VARIABLE}}}/device"
APPLICATION_VARIABLE = "applicationId"
APPLICATION_DEVICE_PATH = f"{DEVICE_PATH}/{{{APPLICATION_VARIABLE}}}"
"""Where devices of one application alone are let in."""


def environment_path(env: Environment) -> str:
    """Return what every path of an environment begins with; its cookies go no further."""
    return f"/{env.id}"


def flow_path(env: Environment, flow_id: str) -> str:
    """Return where a flow is read and acted on. Spec: PingOne "Flows"."""
    return f"/{env.id}/flows/{flow_id}"


def resume_path(env: Environment, flow_id: str) -> str:
    """Return where a finished flow becomes the application's answer. Spec: PingOne "Resume"."""
    return f"/{env.id}/as/resume?{FLOW_VARIABLE}={flow_id}"


def page_path(env: Environment, flow_id: str) -> str:
    """Return our own page of a flow."""
    return f"/{env.id}/signon/?{page_query(env, flow_id)}"


def account_path(env: Environment) -> str:
    """Return where people see their own account."""
    return f"/{env.id}/account"


def device_path(env: Environment) -> str:
    """Return where people let devices in. Spec: PingOne "Device authorization"."""
    return f"/{env.id}/device"


def page_query(env: Environment, flow_id: str) -> str:
    """Return what a sign-on page is told, ours or an application's.

    Spec: PingOne "Authorize" (`loginPageUrl`).
    """
    return f"{ENVIRONMENT_VARIABLE}={quote(env.id)}&{FLOW_VARIABLE}={quote(flow_id)}"
