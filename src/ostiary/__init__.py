"""Ostiary: an open identity server that speaks PingFederate's and PingOne's wire protocols."""
