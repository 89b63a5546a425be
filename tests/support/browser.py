"""Fixtures of the tests that open the page in Chromium: name this module in `pytest_plugins`."""

from __future__ import annotations

import shutil
import subprocess
import tarfile

import pytest

from mscwatch.store import report
from mscwatch.store.data_dir import DataDir

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = "axe-core@4.14.1"


@pytest.fixture(scope="module")
def chromium():
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if BROWSER is None:
        pytest.skip("no chromium on this machine")
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def read(reported_warehouse):
    return report.read_answers(DataDir(reported_warehouse))


@pytest.fixture(scope="module")
def facts(read):
    return read[0]


@pytest.fixture(scope="module")
def answered(read):
    return read[1]


@pytest.fixture(scope="module")
def axe(tmp_path_factory):
    """The source of axe-core, from npm."""
    folder, npm = tmp_path_factory.mktemp("axe"), shutil.which("npm")
    if npm is None:
        pytest.skip("no npm on this machine, so no axe-core")
    try:
        subprocess.run(
            [npm, "pack", AXE, "--silent"], cwd=folder, check=True, capture_output=True, timeout=60
        )
    except (subprocess.SubprocessError, OSError) as error:
        pytest.skip(f"npm does not give {AXE}: {error}")
    with tarfile.open(next(folder.glob("*.tgz"))) as package:
        return package.extractfile("package/axe.min.js").read().decode()


@pytest.fixture
def show(chromium, reported_warehouse):
    """Open a page (the night's own, unless told) and see to it that it neither complains nor asks anybody anything."""
    complaints, opened = [], []

    def seen(path=None, *, width=1280, script=True, folded=False, **options):
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, java_script_enabled=script, **options
        )
        opened.append(context)
        tab = context.new_page()
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        address = (path or DataDir(reported_warehouse).report).as_uri()
        tab.on(
            "request",
            lambda request: request.url.partition("?")[0] == address or complaints.append(request.url),
        )
        tab.goto(address)
        if script and not folded:
            tab.eval_on_selector_all(
                "details.fold", "folds => folds.forEach((fold) => { fold.open = true; })"
            )
            tab.wait_for_selector("#times svg[role=img]")
        return tab

    yield seen
    for context in opened:
        context.close()
    assert complaints == []
