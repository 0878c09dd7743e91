"""Fixtures of the editor tests: one editor per test, and what a missing program means."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness import sessions
from harness.capabilities import server_capabilities
from harness.debian import Unavailable
from harness.editor import CannotDo, Editor
from harness.programs import PROGRAMS, Program
from harness.table import FEATURES, Record

IN_CI = os.environ.get("CI") == "true"
RECORD = pytest.StashKey[Record]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--editor", action="append", choices=[program.key for program in PROGRAMS], help="only these editors")
    parser.addoption("--table", choices=["write", "check"], help="the table in docs/editors.md: write it, or compare it")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "feature(name): the row of the table in docs/editors.md that this test fills")
    config.addinivalue_line("markers", "programs(**attributes): only the programs that have these attributes, or one of several")
    config.addinivalue_line("markers", "needs(capability): what the server must offer in `initialize`")
    config.stash[RECORD] = Record()
    config.pluginmanager.register(Collector(config.stash[RECORD]))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "program" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--editor") or [program.key for program in PROGRAMS]
        marker = metafunc.definition.get_closest_marker("programs")
        fitting = {name: value if isinstance(value, tuple) else (value,) for name, value in (marker.kwargs if marker else {}).items()}
        chosen = [
            program
            for program in PROGRAMS
            if program.key in wanted and all(getattr(program, name) in one_of for name, one_of in fitting.items())
        ]
        metafunc.parametrize("program", chosen, ids=[program.key for program in chosen])


def not_here(reason: str) -> None:
    """Something that a test needs is missing. On a developer's machine that skips the test, in CI it fails."""
    if IN_CI:
        pytest.fail(f"nothing may be skipped in CI: {reason}", pytrace=False)
    pytest.skip(reason)


@pytest.fixture(autouse=True)
def _needs(request: pytest.FixtureRequest) -> None:
    for marker in request.node.iter_markers("needs"):
        capability = marker.args[0]
        if not server_capabilities().get(capability):
            not_here(f"the server does not offer {capability}")


@pytest.fixture
def editor(_needs: None, program: Program, tmp_path: Path) -> Iterator[Editor]:
    try:
        program.install()
    except Unavailable as reason:
        not_here(str(reason))
    # Socket paths may have 107 bytes, pytest's own folders are long.
    running = None
    with sessions.short_folder() as folder:
        running = sessions.begin(program, folder)
        try:
            yield running
        finally:
            running.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """What an editor says it cannot do is a finding, and goes into the table; it is no failure."""
    outcome = yield
    report = outcome.get_result()
    marker = item.get_closest_marker("feature")
    program = getattr(item, "callspec", None) and item.callspec.params.get("program")
    if marker is None or not isinstance(program, Program) or report.when == "teardown":
        return
    if call.excinfo is not None and call.excinfo.errisinstance(CannotDo):
        report.outcome = "passed"
        verdict = "no", str(call.excinfo.value)
    elif report.when == "call" and report.passed:
        verdict = "yes", ""
    elif report.failed or report.skipped:
        verdict = "?", ""
    else:
        return
    # Properties reach the process that writes the table also from the workers of pytest-xdist.
    report.user_properties.append(("seen", (program.key, marker.args[0], *verdict)))


class Collector:
    """Takes what was seen out of the reports."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        for name, value in report.user_properties:
            if name == "seen":
                self.record.note(*value)


def pytest_sessionfinish(session: pytest.Session) -> None:
    action = session.config.getoption("--table", default=None)
    is_worker = hasattr(session.config, "workerinput")
    if action is None or is_worker or session.config.getoption("collectonly"):
        return
    problem = session.config.stash[RECORD].settle(action)
    if problem:
        session.config.get_terminal_writer().line(f"\n{problem}", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


assert FEATURES  # The rows of the table; the tests name them.
