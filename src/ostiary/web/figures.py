"""Pictures in pages: drawn here, as part of the page."""


def draw_qr_code(text: str) -> str:
    """Return a QR code of a text as SVG; it holds nothing but shapes, whatever the text.

    Spec: ISO/IEC 18004 (error correction level M).
    """
    # Imported with the first of them, which most workers never draw.
    import segno  # noqa: PLC0415

    drawn: str = segno.make(text, error="m", micro=False).svg_inline(
        scale=4, border=4, dark="#000", light="#fff", omitsize=True
    )
    return drawn
