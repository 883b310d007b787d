"""Handing a person's attributes over: PingFederate's Reference ID adapter, and Ostiary's."""
