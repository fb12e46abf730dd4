"""The local QStash's web page, in a real browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from qstash_browser import CONTRASTS, OpenPage
from qstash_hosts import Endpoint, client, foul_weather, serve_generated, serve_node

from lobegen.qstash.testing import LocalQStash

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

HOSTILE = "</td><img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
TIMES = {"Upstash-Retries": "1", "Upstash-Retry-Delay": "1000"}


@pytest.fixture(scope="module")
def own_host(shared_qstash: LocalQStash) -> Iterator[str]:
    """A host of this module's own: some workflows count their calls, and fail the first one only."""
    with serve_node("1", shared_qstash.environment) as address:
        yield address


@pytest.fixture(scope="module")
def runs(shared_qstash: LocalQStash, own_host: str) -> dict[str, str]:
    """Runs that have ended, one of each workflow; their ids."""
    names = ("parallel", "retryAfter", "throwInStepFF", "flowPlain", "trigger")
    ids = {name: shared_qstash.trigger(f"{own_host}/{name}", {"itemId": HOSTILE}, headers=TIMES) for name in names}
    shared_qstash.wait_until_idle()
    return ids


def step(page: "Page", name: str) -> "Locator":
    return page.locator(".step", has=page.get_by_text(name, exact=True))


def test_the_list_changes_by_itself(qstash: LocalQStash, endpoint: Endpoint, open_page: OpenPage) -> None:
    page = open_page(qstash.url)
    expect(page.get_by_text("No runs yet.")).to_be_visible()
    run_id = qstash.trigger(f"{endpoint.url}/greet")
    expect(page.locator("tbody tr")).to_contain_text(["running"])
    page.get_by_role("link", name="greet").focus()
    qstash.cancel(run_id)
    expect(page.locator("tbody tr")).to_contain_text(["canceled"])
    expect(page.get_by_role("link", name="greet")).to_be_focused()


def test_parallel_steps_are_shown_side_by_side(
    shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage
) -> None:
    page = open_page(f"{shared_qstash.url}/#/run/{runs['parallel']}")
    group = page.get_by_role("list", name="parallel group of 3")
    expect(group.locator(".name")).to_have_text(["a", "b", "c"])
    expect(page.locator(".step .name")).to_have_text(["Payload", "a", "b", "c", "z", "Finished"])
    step(page, "Finished").click()
    expect(page.get_by_role("region", name="return value")).to_contain_text('"z": "z"')


def test_a_retried_step_shows_its_tries(shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage) -> None:
    page = open_page(f"{shared_qstash.url}/#/run/{runs['retryAfter']}")
    retried = step(page, "ra")
    expect(retried).to_contain_text("1 failed try")
    retried.click()
    tries = page.locator(".tries > li")
    expect(tries.locator(".status")).to_have_text(["429", "200"])
    expect(page.get_by_role("region", name="output")).to_have_text("1")


def test_sleeps_calls_and_waits_are_steps(
    shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage
) -> None:
    page = open_page(f"{shared_qstash.url}/#/run/{runs['flowPlain']}")
    names = ["Payload", "one", "pa", "pb", "nap", "call third", "wait", "Finished"]
    expect(page.locator(".step .name")).to_have_text(names)
    expect(step(page, "nap")).to_contain_text("1.0 s")
    step(page, "wait").click()
    expect(page.get_by_role("region", name="output")).to_contain_text('"timeout": true')


def test_a_failed_run_says_where_and_why(shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage) -> None:
    page = open_page(f"{shared_qstash.url}/#/run/{runs['throwInStepFF']}")
    expect(page.locator(".step .name")).to_have_text(["Payload", "ok", "boom", "Failed"])
    expect(page.get_by_role("region", name="answer of try 2")).to_contain_text("Error: boom")


def test_a_triggered_run_stands_under_the_step_that_names_it(
    shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage
) -> None:
    page = open_page(f"{shared_qstash.url}/#/run/{runs['trigger']}/tree")
    expect(page.locator(".tree .node a")).to_have_text(["trigger", "basic"])
    page.locator(".tree .node a").last.click()
    expect(page.locator(".facts")).to_contain_text("named in the result of its step “trig”")


def test_what_comes_from_outside_is_shown_as_text(qstash: LocalQStash, endpoint: Endpoint, open_page: OpenPage) -> None:
    endpoint.answer = lambda request: (500, {}, HOSTILE.encode())
    name = "<b>bold<b>"
    run_id = qstash.trigger(
        f"{endpoint.url}/{name}", {"a": HOSTILE}, headers={"Upstash-Retries": "0", "Upstash-Label": HOSTILE}
    )
    qstash.wait_until_idle()
    page = open_page(qstash.url)
    expect(page.locator("tbody tr")).to_contain_text([HOSTILE])
    for place in (f"run/{run_id}", f"run/{run_id}/tree", f"run/{run_id}/deliveries", "letters"):
        page.goto(f"{qstash.url}/#/{place}")
        expect(page.locator("h1")).to_be_visible()
    page.locator("summary").click()
    expect(page.get_by_role("region", name="answer")).to_have_text(HOSTILE)
    assert page.locator("main img, main script, main b").count() == 0
    assert page.title().startswith("Dead letters")


def test_an_injected_fault_is_said_where_it_happened(endpoint: Endpoint, open_page: OpenPage) -> None:
    with LocalQStash(faults=["error=1"]) as qstash, qstash.hold():
        run_id = qstash.trigger(f"{endpoint.url}/greet")
        qstash.wait_until_still()
        page = open_page(f"{qstash.url}/#/run/{run_id}")
        expect(page.locator(".step.is-retrying")).to_contain_text("fault: error")
        page.get_by_role("link", name="Deliveries").click()
        expect(page.locator(".fault-mark")).to_have_text("error")
        assert endpoint.received == []
        page.context.close()


def test_a_key_is_paused_and_goes_on(qstash: LocalQStash, endpoint: Endpoint, open_page: OpenPage) -> None:
    flow = {"Upstash-Flow-Control-Key": "mail.send", "Upstash-Flow-Control-Value": "parallelism=2, rate=100"}
    qstash.trigger(f"{endpoint.url}/mail", headers=flow | {"Upstash-Delay": "1h"})
    with qstash.hold():
        qstash.trigger(f"{endpoint.url}/mail", headers=flow)
        page = open_page(f"{qstash.url}/#/flow")
        row = page.locator(".keys tbody tr")
        row.get_by_role("button", name="Pause mail.send").press("Enter")
        expect(row).to_contain_text("paused")
        qstash.trigger(f"{endpoint.url}/mail", headers=flow)
        expect(row.locator("td").nth(1)).to_have_text("1")
        sent = len(endpoint.received)
        row.get_by_role("button", name="Resume mail.send").press("Enter")
        expect(row.get_by_role("button", name="Pause mail.send")).to_be_focused()
        expect(row.locator("td").nth(1)).to_have_text("0")
    assert len(endpoint.received) > sent


def failed_run(qstash: LocalQStash, host: str) -> str:
    """A run of the SDK whose second step fails, and whose failure function fails too; its id."""
    with foul_weather(host):
        started = client(host, "trigger", {"url": f"{host}/mendable", "retries": 0})
        qstash.wait_until_idle()
    return str(started["workflowRunId"])  # type: ignore[index]


@pytest.mark.parametrize(("action", "word"), [("Resume", "Goes on"), ("Restart", "Begins anew")])
def test_a_dead_letter_is_retried(
    shared_qstash: LocalQStash, node_1: str, open_page: OpenPage, action: str, word: str
) -> None:
    page = open_page(f"{shared_qstash.url}/#/letters?run={failed_run(shared_qstash, node_1)}")
    expect(page.locator(".letter")).to_contain_text("foul weather")
    page.get_by_role("button", name=f"{action} mendable").click()
    expect(page.get_by_role("status")).to_contain_text(word)
    expect(page.locator(".letter")).to_have_count(0)
    shared_qstash.wait_until_idle()
    run = shared_qstash.runs()[-1]
    assert (run.workflow_url, run.state) == (f"{node_1}/mendable", "RUN_SUCCESS")


def test_a_failure_function_is_called_again(shared_qstash: LocalQStash, node_1: str, open_page: OpenPage) -> None:
    run_id = failed_run(shared_qstash, node_1)
    page = open_page(f"{shared_qstash.url}/#/run/{run_id}")
    function = step(page, "failure function")
    expect(function).to_contain_text("failed")
    page.get_by_role("link", name="Dead letter", exact=True).click()
    page.get_by_role("button", name="Call failure function mendable").click()
    expect(page.get_by_role("button", name="Call failure function mendable")).to_have_count(0)
    page.goto(f"{shared_qstash.url}/#/run/{run_id}")
    expect(function).to_have_class(re.compile("is-done"))


def test_deleting_a_dead_letter_takes_two_presses(shared_qstash: LocalQStash, node_1: str, open_page: OpenPage) -> None:
    page = open_page(f"{shared_qstash.url}/#/letters?run={failed_run(shared_qstash, node_1)}")
    page.get_by_role("button", name="Delete mendable", exact=True).press("Enter")
    really = page.get_by_role("button", name="Really delete mendable")
    expect(really).to_be_focused()
    really.press("Enter")
    expect(page.get_by_text("This run has no dead letter any more.")).to_be_visible()


def test_everything_can_be_done_with_the_keyboard(
    shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage
) -> None:
    page = open_page(f"{shared_qstash.url}/#/runs?text={runs['flowPlain']}")
    expect(page.locator("tbody tr")).to_have_count(1)

    def tab_to(name: str) -> None:
        for _ in range(40):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent").startswith(name):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                assert outline == "solid", f"{name} has the focus, which cannot be seen"
                return
        pytest.fail(f"no way to {name} by Tab")

    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to("flowPlain")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("flowPlain"))
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    tab_to("pa")
    page.keyboard.press("Space")
    expect(page.get_by_role("heading", level=2)).to_have_text(re.compile("pa"))
    expect(step(page, "pa")).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage, scheme: str) -> None:
    page = open_page(shared_qstash.url, scheme)
    failed = f"run/{runs['throwInStepFF']}"
    for place in ("runs", failed, f"{failed}/tree", f"{failed}/deliveries", "letters", "flow"):
        page.goto(f"{shared_qstash.url}/#/{place}")
        expect(page.locator("main h1")).to_be_visible()
        expect(page.get_by_text("Loading …")).to_have_count(0)
        assert [found for found in page.evaluate(CONTRASTS) if found[1] < 4.5] == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", ground))) > 3 * 128) is (scheme == "light")


def test_a_narrow_window_needs_no_scrolling_sideways(
    shared_qstash: LocalQStash, runs: dict[str, str], open_page: OpenPage
) -> None:
    page = open_page(shared_qstash.url, width=360)
    failed = f"run/{runs['throwInStepFF']}"
    for place in ("runs", failed, f"{failed}/tree", f"{failed}/deliveries", "letters", "flow"):
        page.goto(f"{shared_qstash.url}/#/{place}")
        expect(page.locator("main h1")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, place


def test_thousands_of_runs_are_listed_by_pages(qstash: LocalQStash, endpoint: Endpoint, open_page: OpenPage) -> None:
    with qstash.hold():
        for number in range(1_200):
            qstash.trigger(f"{endpoint.url}/many", {"n": number}, headers={"Upstash-Delay": "1h"})
        page = open_page(qstash.url)
        expect(page.locator("tbody tr")).to_have_count(50)
        expect(page.locator("tbody tr").first).to_contain_text("n: 1199")
        page.get_by_role("link", name="Older").click()
        expect(page.locator("tbody tr").first).to_contain_text("n: 1149")
        assert page.evaluate("document.querySelectorAll('*').length") < 1_500
        page.get_by_role("searchbox").fill(qstash.runs()[7].workflow_run_id)
        expect(page.locator("tbody tr")).to_have_count(1)
        expect(page.locator("tbody tr")).to_contain_text("n: 7")


def test_the_tree_of_a_generated_workflow(qstash: LocalQStash, open_page: OpenPage, tmp_path: Path) -> None:
    answers = ["--data", "page_size=6", "--data", "chunk_size=3"]
    with serve_generated(tmp_path / "project", qstash.environment, 8, answers) as url:
        root = qstash.trigger(f"{url}/api/workflows/welcome-placeholder/process-users", {})
        qstash.wait_until_idle()
    page = open_page(f"{qstash.url}/#/run/{root}/tree")
    layers = page.locator(".layers tbody tr")
    expect(layers.filter(has_text="process-users")).to_contain_text("1 success")
    expect(layers.filter(has_text="generate-user")).to_contain_text("8 success")
    tree = page.get_by_role("list", name="Runs and the runs that they have started")
    assert tree.locator(":scope > li > ul > li a", has_text="paginate-users").count() >= 1
    executions = tree.locator("li:has(> .node a:text-is('generate-user'))")
    expect(executions).to_have_count(8)
    page_node, execution = (f"li:has(> .node a:text-is('{name}'))" for name in ("paginate-users", "generate-user"))
    under_pages = tree.locator(f"{page_node} > ul > {execution}")
    expect(under_pages).to_have_count(8)
    expect(executions.locator(".mark")).to_have_count(0)
