"""`fmt` and `check --fix`: what they write, and that a file is never torn."""

import os
import pathlib
import random
import signal
import struct
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
    entries = "".join(f"  backend_{number}:\n    type: {one}\n" for number in range(200))
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


def test_a_link_and_its_target_are_one_document(tmp_path):
    for _ in range(10):
        (tmp_path / "b.infra").write_text(large("HashMap    "))
        if not (tmp_path / "a.infra").is_symlink():
            (tmp_path / "a.infra").symlink_to("b.infra")
        dry = run("fmt", "--diff", cwd=tmp_path)
        assert dry.returncode == 1 and dry.stdout.count("--- a/") == 1 and "--- a/b.infra\n" in dry.stdout
        done = run("fmt", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (0, "1 document formatted\n")
        assert (tmp_path / "b.infra").read_text() == large("HashMap")
        assert run("check", "--fix", "--format", "short", cwd=tmp_path).returncode in (0, 1)
        assert (tmp_path / "b.infra").read_text() == large("hashmap")
        assert (tmp_path / "a.infra").is_symlink()


# A list that gives one user more than the group has: its mask is what `stat` shows as the permissions of the group.
ACCESS = struct.pack("<I", 2) + b"".join(
    struct.pack("<HHI", *entry) for entry in [(1, 6, 0xFFFFFFFF), (2, 6, 65534), (4, 4, 0xFFFFFFFF), (16, 6, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
)


def test_what_belongs_to_a_file_stays(tmp_path):
    file = tmp_path / "a.infra"
    for mode in (0o600, 0o640, 0o664, 0o755, 0o2640):
        file.write_text(UGLY)
        file.chmod(mode)
        before = file.stat()
        attributes = {}
        for name, value in {"user.note": b"from review", "system.posix_acl_access": ACCESS}.items():
            try:
                os.setxattr(file, name, value)
            except OSError:
                # Not every file system has them.
                continue
            attributes[name] = value
            before = file.stat()
        assert run("fmt", "a.infra", cwd=tmp_path).returncode == 0
        after = file.stat()
        assert file.read_text() == NICE
        assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
        assert {name: os.getxattr(file, name) for name in attributes} == attributes
        file.unlink()


def test_an_access_list_of_the_folder_does_not_become_the_documents(tmp_path):
    file = tmp_path / "a.infra"
    file.write_text(UGLY)
    file.chmod(0o640)
    try:
        os.setxattr(tmp_path, "system.posix_acl_default", ACCESS)
    except OSError:
        return
    assert run("fmt", "a.infra", cwd=tmp_path).returncode == 0
    assert "system.posix_acl_access" not in os.listxattr(file)
    assert file.stat().st_mode & 0o777 == 0o640


def test_a_file_of_somebody_else_stays_theirs(tmp_path):
    if os.geteuid() != 0:
        # Only root can make one.
        return
    folder = tmp_path / "shared"
    folder.mkdir()
    for path in (tmp_path, *tmp_path.parents):
        if path == pathlib.Path("/") or path == pathlib.Path("/tmp"):
            break
        path.chmod(path.stat().st_mode | 0o055)
    folder.chmod(0o777)
    for owner, group, mode in ((1000, 1000, 0o666), (65534, 1000, 0o660)):
        file = folder / "a.infra"
        file.write_text(UGLY)
        os.chown(file, owner, group)
        file.chmod(mode)
        command = [binary(), "fmt", "a.infra"]
        done = subprocess.run(command, cwd=folder, user=65534, group=65534, extra_groups=[], capture_output=True)
        assert done.returncode == 0, done.stderr
        found = file.stat()
        assert file.read_text() == NICE
        assert (found.st_uid, found.st_gid, found.st_mode & 0o7777) == (owner, group, mode)
        assert os.listdir(folder) == ["a.infra"]
        file.unlink()


def test_other_hard_links_keep_the_old_text(tmp_path):
    (tmp_path / "a.infra").write_text(UGLY)
    os.link(tmp_path / "a.infra", tmp_path / "snapshot")
    assert run("fmt", cwd=tmp_path).returncode == 0
    assert ((tmp_path / "a.infra").read_text(), (tmp_path / "snapshot").read_text()) == (NICE, UGLY)


@pytest.mark.parametrize("length", [200, 242, 243, 255])
def test_long_names(tmp_path, length):
    name = "x" * (length - len(".infra")) + ".infra"
    (tmp_path / name).write_text(UGLY)
    assert run("fmt", cwd=tmp_path).returncode == 0
    assert (tmp_path / name).read_text() == NICE


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_process_and_leaves_nothing_behind(tmp_path, sent):
    old, new = large("hashmap    "), large("hashmap")
    tries, caught = 0, 0

    def heed():
        # A shell has what it starts in the background ignore the interrupt, and so would what is started here.
        signal.signal(sent, signal.SIG_DFL)

    # Beside other work the signal may come after the program has ended, each time.
    while tries < 6 or caught == 0 and tries < 200:
        tries += 1
        for number in range(8):
            (tmp_path / f"{number}.infra").write_text(old)
        process = subprocess.Popen([binary(), "fmt"], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=heed)
        while process.poll() is None and not any(name.endswith(".tmp") for name in os.listdir(tmp_path)):
            pass
        process.send_signal(sent)
        code = process.wait(PATIENCE)
        assert code in (0, -sent)
        caught += code == -sent
        assert sorted(os.listdir(tmp_path)) == [f"{number}.infra" for number in range(8)]
        assert {path.read_text() for path in tmp_path.iterdir()} <= {old, new}
    assert caught


def test_a_signal_that_was_switched_off_stays_so(tmp_path):
    for number in range(8):
        (tmp_path / f"{number}.infra").write_text(large("hashmap    "))
    ignore = lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = subprocess.Popen([binary(), "fmt"], cwd=tmp_path, stderr=subprocess.DEVNULL, preexec_fn=ignore)
    while process.poll() is None:
        process.send_signal(signal.SIGHUP)
    assert process.wait(PATIENCE) == 0
