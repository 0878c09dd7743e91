#!/usr/bin/env python3
"""Runs the program for Windows as if it were the one of this machine, so that the same end-to-end tests drive it.

Wine shows this machine's root as drive Z. What a client calls `file:///tmp/a` is for the program `file:///z%3A/tmp/a`, as VS Code writes
it, and what the program calls `file:///Z%3A/tmp/a` is for the client `file:///tmp/a`. Absolute paths among the arguments become `Z:\\tmp\\a`.
Nothing else is changed, so that what the program prints is what it prints on Windows.

    NEXFLOW_EXE   the program
    WINEPREFIX    the folder of wine; a folder of its own without it
"""

from __future__ import annotations

import os
import pathlib
import re
import signal
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("NEXFLOW_EXE", str(ROOT / "target/dist/win32-x64/nexflow-lsp.exe"))
LENGTH = re.compile(rb"content-length:[ \t]*(\d+)", re.IGNORECASE)


# A document that lies at the root of this machine is one at the root of an empty drive: wine shows links as folders, so that drive Z has
# no end (/proc leads back to it), and what searches the folder of a document would never be done.
AT_ROOT = re.compile(rb'(?<!\\)"file:///(?=[^/"\\]+")')
# Strings that are URIs, and not those that hold the text of a document.
ELSEWHERE = re.compile(rb'(?<!\\)"file:///(?!y%3A/)')
# The address of a view holds that of its document as JSON, with escapes in which those of the document are escaped once more.
IN_A_VIEW = re.compile(rb"(?i)(%22file(?::|%3a)(?:/|%2f){2})((?:/|%2f))")
OF_A_VIEW = re.compile(rb"(?i)(%22file(?::|%3a)(?:/|%2f){2}(?:/|%2f))[zy]%253a(?:/|%2f)")


def to_windows(body: bytes) -> bytes:
    body = ELSEWHERE.sub(b'"file:///z%3A/', AT_ROOT.sub(b'"file:///y%3A/', body))
    return IN_A_VIEW.sub(rb"\1\2z%253A\2", body)


def from_windows(body: bytes) -> bytes:
    body = OF_A_VIEW.sub(rb"\1", body)
    return re.sub(rb"file:///[zZyY](:|%3[aA])/", b"file:///", body)


def carry(source, target, change) -> None:
    """Carries messages from one pipe to another; what is no message goes on as it is."""
    try:
        while header := source.readline():
            while not header.endswith(b"\r\n\r\n"):
                line = source.readline()
                if not line:
                    break
                header += line
            found = LENGTH.search(header)
            if found is None or int(found[1]) > 1 << 30:
                target.write(header)
                target.flush()
                continue
            length = int(found[1])
            body = source.read(length)
            # One that was cut off stays so.
            missing = length - len(body)
            body = change(body)
            header = header[: found.start(1)] + b"%d" % (len(body) + missing) + header[found.end(1) :]
            target.write(header + body)
            target.flush()
    except (BrokenPipeError, ValueError, OSError):
        pass
    finally:
        try:
            target.close()
        except OSError:
            pass


def argument(text: str) -> str:
    return "Z:" + text.replace("/", "\\") if text.startswith("/") and pathlib.Path(text).parent.exists() else text


def complete(prefix: pathlib.Path) -> None:
    """Adds to an older wine the library that Rust's standard library needs."""
    folder = prefix / "drive_c/windows/system32"
    if not folder.exists():
        subprocess.run(["wineboot", "--init"], env={**os.environ, "WINEPREFIX": str(prefix), "WINEDEBUG": "-all"}, capture_output=True)
    drive = prefix / "dosdevices/y:"
    if folder.exists() and not drive.exists():
        (prefix / "empty").mkdir(exist_ok=True)
        drive.symlink_to("../empty")
    if folder.exists() and not (folder / "bcryptprimitives.dll").exists():
        source = pathlib.Path(__file__).with_name("bcryptprimitives.c")
        built = ["x86_64-w64-mingw32-gcc", "-shared", "-o", folder / "bcryptprimitives.dll", source, "-ladvapi32"]
        subprocess.run(built, check=True)


def main() -> int:
    prefix = os.environ.get("WINEPREFIX", str(ROOT / ".cache/wine"))
    complete(pathlib.Path(prefix))
    environment = {**os.environ, "WINEPREFIX": prefix, "WINEDEBUG": "-all"}
    command = ["wine", PROGRAM, *map(argument, sys.argv[1:])]
    if "--stdio" not in sys.argv[1:]:
        os.execvpe("wine", command, environment)
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: child.kill())
    threading.Thread(target=carry, args=(sys.stdin.buffer, child.stdin, to_windows), daemon=True).start()
    out = threading.Thread(target=carry, args=(child.stdout, sys.stdout.buffer, from_windows), daemon=True)
    out.start()
    code = child.wait()
    out.join(timeout=10)
    # Not through exit handlers: a thread may still wait for input.
    os._exit(code if code >= 0 else 128 - code)


if __name__ == "__main__":
    main()
