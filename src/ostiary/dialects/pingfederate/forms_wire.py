"""Our own sign-on pages with PingFederate's names.

Spec: PingFederate "HTML Form Adapter" (`pf.ok`, `pf.cancel`, `pf.adapterId`, fields).
"""

from ostiary.core.steps.contract import Action
from ostiary.dialects.pingfederate.authn_wire import action_id
from ostiary.web.sign_on_forms import FormNames, SignOnForms

FORMS = SignOnForms(
    FormNames(
        action_id=action_id,
        step="pf.adapterId",
        prefix="pf.",
        fields={
            "password": "pf.pass",
            "rememberMyUsername": "pf.rememberUsername",
            "identifier": "subject",
        },
        primary="pf.ok",
        cancel="pf.cancel",
        action="pf.action",
        buttons={
            Action("consent", "approve"): ("pf.oauth.authz.consent", "allow"),
            Action("consent", "deny"): ("pf.oauth.authz.consent", "deny"),
        },
    )
)
