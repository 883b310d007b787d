"""Colours as pages have them, and how well one is read on another."""

import re

HEX_COLOUR = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_SHORT = len("#fff")
_DARK_CHANNEL = 0.04045
_WEIGHTS = (0.2126, 0.7152, 0.0722)


def find_contrast(first: str, second: str) -> float:
    """Return the contrast of two colours such as "#1d4ed8" or "#fff": from 1 to 21.

    Spec: WCAG 2.2, "contrast ratio", "relative luminance".
    """
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) > _SHORT else "".join(digit * 2 for digit in colour[1:])
    channels = [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    return sum(
        weight * _linear(channel) for weight, channel in zip(_WEIGHTS, channels, strict=True)
    )


def _linear(channel: float) -> float:
    if channel <= _DARK_CHANNEL:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)
