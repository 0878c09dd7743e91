"""`fmt` and `check --fix`: what they write, and that a file is never torn."""

import os
import random
import subprocess
import time

import pytest
from test_reports import HEAD, run
from wire import PATIENCE, binary

UGLY = HEAD + "state_backends:\n    default:   \n        type: hashmap  # heap\n\n\n\n\n"
# Two columns a level, no blanks at the ends of lines, one line break at the end.
NICE = HEAD + "state_backends:\n  default:\n    type: hashmap  # heap\n"
FIXABLE = HEAD + "state_backends:\n  default:\n    type: HashMap\n"
FIXED = FIXABLE.replace("HashMap", "hashmap")


def test_documents_are_formatted_and_then_left_alone(tmp_path):
    (tmp_path / "a.infra").write_text(UGLY)
    (tmp_path / "b.infra").write_text(NICE)
    os.utime(tmp_path / "b.infra", (1, 1))
    done = run("fmt", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (0, "") and "1 document formatted" in done.stderr
    assert (tmp_path / "a.infra").read_text() == NICE
    assert (tmp_path / "b.infra").stat().st_mtime == 1
    assert run("fmt", "--check", cwd=tmp_path).returncode == 0


def test_check_and_diff_write_nothing(tmp_path):
    (tmp_path / "a.infra").write_text(UGLY)
    done = run("fmt", "--check", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (1, "a.infra\n")
    done = run("fmt", "--diff", cwd=tmp_path)
    assert done.returncode == 1
    assert (tmp_path / "a.infra").read_text() == UGLY
    subprocess.run(["git", "apply", "-p1"], cwd=tmp_path, input=done.stdout, text=True, check=True)
    assert (tmp_path / "a.infra").read_text() == NICE


def test_standard_input_goes_to_standard_output(tmp_path):
    assert run("fmt", "-", cwd=tmp_path, stdin=UGLY).stdout == NICE
    assert run("fmt", "-", cwd=tmp_path, stdin=NICE).stdout == NICE
    done = run("check", "--fix", "--stdin-filename", "a.infra", cwd=tmp_path, stdin=FIXABLE)
    assert (done.returncode, done.stdout) == (0, FIXED)


def test_byte_order_marks_and_line_ends_stay(tmp_path):
    windows = UGLY.replace("\n", "\r\n")
    (tmp_path / "a.infra").write_bytes(b"\xef\xbb\xbf" + windows.encode())
    assert run("fmt", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.infra").read_bytes() == b"\xef\xbb\xbf" + NICE.replace("\n", "\r\n").encode()


def test_safe_fixes_are_applied_and_the_rest_is_reported(tmp_path):
    (tmp_path / "a.infra").write_text(FIXABLE)
    (tmp_path / "b.infra").write_text(FIXABLE + "checkpoints:\n  c:\n    type: nowhere\n    path: x\n")
    dry = run("check", "--fix", "--dry-run", cwd=tmp_path)
    assert dry.returncode == 1 and "-    type: HashMap\n+    type: hashmap\n" in dry.stdout
    assert (tmp_path / "a.infra").read_text() == FIXABLE
    done = run("check", "--fix", "--format", "short", cwd=tmp_path)
    assert done.returncode == 1
    assert {line.split(":")[0] for line in done.stdout.splitlines()} == {"b.infra"}
    assert (tmp_path / "a.infra").read_text() == FIXED
    assert run("check", "--fix", "--dry-run", "a.infra", cwd=tmp_path).returncode == 0


def test_permissions_links_and_read_only_files(tmp_path):
    (tmp_path / "real").write_text(UGLY)
    (tmp_path / "real").chmod(0o604)
    (tmp_path / "a.infra").symlink_to("real")
    assert run("fmt", cwd=tmp_path).returncode == 0
    assert (tmp_path / "a.infra").is_symlink()
    assert (tmp_path / "real").read_text() == NICE
    assert (tmp_path / "real").stat().st_mode & 0o777 == 0o604
    (tmp_path / "b.infra").write_text(UGLY)
    (tmp_path / "b.infra").chmod(0o444)
    done = run("fmt", cwd=tmp_path)
    assert done.returncode == 2 and "b.infra: it cannot be written: it is read-only" in done.stderr
    assert (tmp_path / "b.infra").read_text() == UGLY


def large(one: str) -> str:
    """A document that takes a while to read and to write."""
    entries = "".join(f"  backend_{number}:\n    type: {one}\n" for number in range(1500))
    return HEAD + "state_backends:\n" + entries


@pytest.mark.parametrize(
    ("command", "old", "new"),
    [("fmt", large("hashmap    "), large("hashmap")), ("check --fix --format short", large("HashMap"), large("hashmap"))],
)
def test_a_process_that_is_killed_leaves_the_old_file_or_the_new_one(tmp_path, command, old, new):
    file = tmp_path / "a.infra"

    def start() -> subprocess.Popen:
        file.write_text(old)
        return subprocess.Popen([binary(), *command.split()], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    begin = time.monotonic()
    assert start().wait(PATIENCE) in (0, 1)
    took = time.monotonic() - begin
    assert file.read_text() == new

    seen = set()
    chance = random.Random(9)
    for round in range(20):
        process = start()
        if round % 2:
            # Somewhere in the run.
            time.sleep(chance.uniform(0, took * 1.1))
        else:
            # While the new text is on its way to the disk.
            while process.poll() is None and len(os.listdir(tmp_path)) == 1:
                pass
        process.kill()
        process.wait(PATIENCE)
        text = file.read_text()
        assert text in (old, new), f"torn: {len(text)} bytes"
        seen.add(text)
        for left in os.listdir(tmp_path):
            if left != file.name:
                # What is left behind is hidden, so that no command takes it for a document.
                assert left.startswith(".") and left.endswith(".tmp")
                os.unlink(tmp_path / left)
    assert seen
