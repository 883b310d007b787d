"""Telling users that something about their accounts was changed."""

from ostiary.core.model.environment import Environment
from ostiary.core.model.user import User
from ostiary.core.ports.delivery import Channel, Delivery, Message, Template
from ostiary.core.signon.contacts import email_of


def tell(
    delivery: Delivery, env: Environment, user: User, template: Template, *, locale: str = ""
) -> None:
    """Tell a user by mail of a change, where there is a way to.

    Spec: OWASP ASVS, V6.3.7.
    Args: user as it was before the change: that is where its owner reads of what others did.
    """
    address = email_of(env, user)
    if address is None or not delivery.can_send(env, Channel.EMAIL):
        return
    delivery.send(env, Message(Channel.EMAIL, address, template, {}, locale, user.id))
