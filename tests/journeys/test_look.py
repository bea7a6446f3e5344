"""The look of every page: accessible, at 400 px, without JavaScript, by keyboard, on paper."""

import re

import pytest
from django.template.loader import render_to_string
from playwright.sync_api import Page, expect

ERROR_PAGES = [("/bad/", 400), ("/forbidden/", 403), ("/not-there/", 404), ("/broken/", 500)]

kitchen_sink = pytest.mark.urls("tests.journeys.kitchen_sink_urls")


def focus_shows(page: Page) -> bool:
    """Whether what has the focus looks different for it: a ground of its own, an outline or a shadow."""
    return page.evaluate(
        """() => {
            const focused = document.activeElement;
            const look = () => {
                const style = getComputedStyle(focused);
                return [style.backgroundColor, style.outline, style.boxShadow].join("|");
            };
            const withFocus = look();
            focused.blur();
            const without = look();
            focused.focus();
            return withFocus !== without;
        }"""
    )


@kitchen_sink
class TestEveryComponent:
    @pytest.mark.parametrize("address", ["/kitchen-sink/", "/kitchen-sink/?errors=1"])
    def test_it_is_accessible_and_fits(self, each_page, axe, fits, screenshot, address):
        each_page.goto(address)
        axe(each_page)
        fits(each_page)
        screenshot(
            each_page,
            f"components-{'errors-' if 'errors' in address else ''}{each_page.viewport_size['width']}",
        )

    def test_shapes_remain_in_forced_colours(self, open_page, screenshot):
        page = open_page(forced_colors="active")
        page.goto("/kitchen-sink/")
        for state in ("amber", "green"):
            mark = page.locator(f".app-tag--{state} .app-mark").first
            assert mark.evaluate("mark => getComputedStyle(mark).backgroundColor") == "rgb(0, 0, 0)"
        red = page.locator(".app-tag--red").first
        assert red.evaluate("tag => getComputedStyle(tag).backgroundColor") == "rgb(0, 0, 0)"
        screenshot(page, "components-forced-colours")

    def test_states_differ_by_word_and_shape(self, page):
        page.goto("/kitchen-sink/")
        tags = page.locator("h2:has-text('States') ~ p .app-tag").all()
        words = [tag.inner_text() for tag in tags]
        assert words == ["Red", "Amber", "Green", "Paused", "Waiting", "Met", "Met late", "Draft"]
        shapes = [
            tag.evaluate(
                """tag => {
                    const mark = tag.querySelector(".app-mark");
                    const style = mark ? getComputedStyle(mark) : {};
                    const edge = getComputedStyle(tag);
                    return [style.clipPath, style.borderRadius, style.borderWidth, style.transform,
                            edge.borderStyle, edge.borderWidth].join("|");
                }"""
            )
            for tag in tags
        ]
        assert len(set(shapes)) == len(shapes)

    def test_a_month_reads_aloud(self, page):
        page.goto("/kitchen-sink/")
        month = page.get_by_role("table", name="May 2026")
        assert month.get_by_role("columnheader").all_inner_texts()[0].split() == ["Mon", "Monday"]
        holiday = month.get_by_role("cell", name="Monday 25 May 2026, holiday, Spring bank holiday")
        expect(holiday).to_be_visible()
        expect(month.get_by_role("cell", name="Wednesday 27 May 2026: day 7, due")).to_be_visible()
        legend = page.locator(".app-month-legend__item")
        assert all(item.is_visible() for item in legend.all())


@kitchen_sink
class TestForms:
    def test_the_summary_leads_to_each_field(self, page):
        page.goto("/kitchen-sink/")
        page.get_by_role("button", name="Save and continue").click()
        expect(page).to_have_title(re.compile("^Error: Kitchen sink"))
        summary = page.locator(".govuk-error-summary")
        expect(summary).to_be_focused()
        links = summary.get_by_role("link").all()
        assert len(links) == 13
        for link in links:
            link.click()
            focused = page.evaluate("document.activeElement.id")
            assert f"#{focused}" == link.get_attribute("href")

    def test_each_field_names_its_hint_and_its_error(self, page):
        page.goto("/kitchen-sink/?errors=1")
        who = page.get_by_label("Complainant's name")
        assert who.get_attribute("aria-describedby") == "id_who_helptext id_who_error"
        expect(page.locator("#id_who_error")).to_have_text(
            re.compile(r"Error:\s+Enter the complainant's name")
        )
        expect(who).to_have_class("govuk-input govuk-input--error")
        group = page.get_by_role("group", name="Which way does it go?")
        assert group.get_attribute("aria-describedby") == "id_route_helptext id_route_error"
        radio = group.get_by_label("Formal complaint")
        assert radio.get_attribute("aria-describedby") == "id_route_0_hint"

    def test_attributes_pass_through(self, page):
        page.goto("/kitchen-sink/")
        reference = page.get_by_label("Reference")
        expect(reference).to_have_class("govuk-input govuk-input--width-10")
        expect(reference).to_have_attribute("inputmode", "numeric")
        assert reference.get_attribute("required") is None

    def test_a_date_can_be_picked(self, page):
        page.goto("/kitchen-sink/")
        received = page.get_by_label("Date received")
        received.fill("12/5/2026")
        page.get_by_role("button", name="Choose date").first.click()
        page.get_by_role("dialog").get_by_role("button", name="Wednesday 13 May 2026").click()
        expect(received).to_have_value("13/5/2026")

    def test_a_link_can_be_copied(self, open_page):
        page = open_page(permissions=["clipboard-read", "clipboard-write"])
        page.goto("/kitchen-sink/")
        page.get_by_role("button", name="Copy the link").click()
        expect(page.get_by_role("status").filter(has_text="Copied")).to_be_visible()
        assert (
            page.evaluate("navigator.clipboard.readText()")
            == page.get_by_label("Link to this page").input_value()
        )


@kitchen_sink
class TestWithoutJavaScript:
    def test_nothing_needs_it(self, plain_page, screenshot):
        plain_page.goto("/kitchen-sink/")
        # What only works with it does not show.
        assert not plain_page.get_by_role("button", name="Copy the link").is_visible()
        assert not plain_page.get_by_role("button", name="Show password").is_visible()
        plain_page.get_by_label("Complainant's name").fill("Ada")
        plain_page.get_by_role("button", name="Save and continue").click()
        expect(plain_page.get_by_role("heading", name="There is a problem")).to_be_visible()
        expect(plain_page.get_by_label("Complainant's name")).to_have_value("Ada")
        screenshot(plain_page, "components-without-javascript")


@kitchen_sink
class TestKeyboard:
    def test_the_skip_link_comes_first(self, each_page):
        each_page.goto("/kitchen-sink/")
        each_page.keyboard.press("Tab")
        skip = each_page.get_by_role("link", name="Skip to main content")
        expect(skip).to_be_focused()
        expect(skip).to_be_in_viewport()
        each_page.keyboard.press("Enter")
        assert each_page.evaluate("document.activeElement.id") == "main-content"

    def test_focus_can_be_seen_everywhere(self, page):
        page.goto("/kitchen-sink/")
        seen = 0
        page.keyboard.press("Tab")
        while not page.evaluate("document.activeElement === document.body"):
            seen += 1
            assert focus_shows(page), page.evaluate("document.activeElement.outerHTML.slice(0, 160)")
            page.keyboard.press("Tab")
        assert seen > 30


@kitchen_sink
class TestPaper:
    def test_only_what_the_page_says_is_printed(self, page, screenshot):
        page.emulate_media(media="print")
        page.goto("/kitchen-sink/")
        expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
        expect(page.locator(".app-header__account")).to_be_hidden()
        expect(page.locator("main .govuk-button:visible")).to_have_count(0)
        expect(page.get_by_text("Only on the screen.")).to_be_hidden()
        expect(page.get_by_text("Only on paper.")).to_be_visible()
        expect(page.get_by_text("Because the law counts working days from receipt.")).to_be_visible()
        link = page.get_by_role("link", name="a link")
        assert link.evaluate("link => getComputedStyle(link, '::after').content") == "none"
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        screenshot(page, "components-printed")


@kitchen_sink
class TestErrorPages:
    @pytest.mark.parametrize(("address", "status"), ERROR_PAGES)
    def test_they_are_accessible_and_fit(self, each_page, axe, fits, address, status):
        assert each_page.goto(address).status == status
        axe(each_page)
        fits(each_page)

    def test_the_worst_one_stands_alone(self):
        page = render_to_string("500.html")
        assert "Sorry, something went wrong" in page
        assert "{{" not in page


@pytest.mark.django_db
class TestSignIn:
    def test_it_is_accessible_and_fits(self, each_page, axe, fits, screenshot):
        each_page.goto("/sign-in/")
        axe(each_page)
        fits(each_page)
        screenshot(each_page, f"sign-in-{each_page.viewport_size['width']}")
        each_page.get_by_role("button", name="Sign in").click()
        expect(each_page.get_by_role("heading", name="There is a problem")).to_be_visible()
        axe(each_page)
        fits(each_page)

    def test_a_page_asks_for_it(self, page):
        page.goto("/")
        expect(page).to_have_url(re.compile(r"/sign-in/"))
        expect(page.get_by_role("navigation", name="Main")).to_have_count(0)

    def test_it_works_without_javascript(self, plain_page, user_with):
        from tests.factories import PASSWORD

        user = user_with()
        plain_page.goto("/sign-in/")
        plain_page.get_by_label("E-mail address").fill(user.email)
        plain_page.get_by_label("Password", exact=True).fill(PASSWORD)
        plain_page.get_by_role("button", name="Sign in").click()
        expect(plain_page.get_by_role("banner")).to_contain_text(user.name)
        plain_page.get_by_role("button", name="Sign out").click()
        expect(plain_page).to_have_url(re.compile(r"/sign-in/"))
