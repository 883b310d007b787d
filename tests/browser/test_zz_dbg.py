from tests.browser.conftest import *
from tests.browser.test_sign_on_widget import *
del test_the_widget_signs_on_with_redirects, test_the_widget_asks_for_the_identifier_first, test_the_widget_signs_on_without_redirects, test_the_widget_is_told_of_a_refusal
def test_dbg(page, widget_url, shown_url, sites):
    page.goto(f"{widget_url}?client_id=redirectless&response_type=token")
    page.locator("#username").fill("joe")
    print(page.locator("#authnwidget").inner_html())
    page.goto(authorize_url(shown_url, "in-two-steps", f"{sites.application}/callback"))
    page.wait_for_timeout(1500)
    print(page.locator("#authnwidget").inner_html())
