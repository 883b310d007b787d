"""What carries a worker's messages, by its settings."""

from ostiary.adapters.delivery.by_channel import DeliveryByChannel
from ostiary.adapters.delivery.carrier import Carrier
from ostiary.adapters.delivery.dev_outbox import DevOutbox
from ostiary.adapters.delivery.mail_server import MailServer
from ostiary.adapters.delivery.queue import DeliveryQueue
from ostiary.adapters.delivery.sms import SMSCarrier, SMSGateway
from ostiary.adapters.outbound.events_log import EventsLog
from ostiary.core.base.clock import Clock
from ostiary.core.ports.delivery import Channel
from ostiary.core.ports.fetcher import Fetcher
from ostiary.main.serving.settings import ServeSettings


def open_delivery(
    settings: ServeSettings, events: EventsLog, clock: Clock, fetcher: Fetcher
) -> DeliveryByChannel:
    """Return what is configured; in dev mode the log stands in for what is not."""
    carriers: dict[Channel, Carrier] = {}
    if settings.is_dev:
        carriers = dict.fromkeys(Channel, DevOutbox(events.note, is_dev=True))
    if settings.mail is not None:
        # Loaded where there is mail to send: it costs each worker a few megabytes.
        from ostiary.adapters.delivery.mail import MailCarrier

        carriers[Channel.EMAIL] = MailCarrier(MailServer(**settings.mail), clock)
    if settings.sms is not None:
        carriers[Channel.SMS] = SMSCarrier(SMSGateway(**settings.sms), fetcher)
    return DeliveryByChannel(
        {
            channel: DeliveryQueue(channel, carrier, events, clock)
            for channel, carrier in carriers.items()
        }
    )
