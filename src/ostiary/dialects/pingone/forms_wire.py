"""Our own sign-on pages with PingOne's names."""

from ostiary.core.steps.contract import Action
from ostiary.dialects.pingone.flow_wire import action_id
from ostiary.web.sign_on_forms import FormNames, SignOnForms

FORMS = SignOnForms(
    FormNames(
        action_id=action_id,
        step="_step",
        fields={"identifier": "username"},
        primary="_ok",
        cancel="_cancel",
        action="_action",
        buttons={
            Action("consent", "approve"): ("accept", "true"),
            Action("consent", "deny"): ("accept", "false"),
        },
    )
)
