"""Env files: whose values they may take, what is said of their lines, and what they cannot do to the process."""

import os
import resource
import subprocess

import pytest
from fixture import Folder
from test_reports import HEAD, run
from wire import binary

CANARY = "wJalr-secret-of-the-shell"
DOCUMENT = HEAD + "checkpoints:\n  m:\n    type: s3\n    bucket: ${$0V}\n"


def shown(tmp_path, files: dict[str, str], env: dict[str, str] | None = None) -> tuple[str, list[int]]:
    """What a hover says of `${V}`, and the lines of env files that `check` says something of."""
    text = "".join(f"//- {name}\n{content}\n" for name, content in files.items())
    with Folder(tmp_path, text + "//- a.infra\n" + DOCUMENT, env=env, pull=False) as found:
        hover = found.hover()
    done = run("check", "--format", "short", "a.infra", cwd=tmp_path, env=env)
    return hover, [int(line.split(":")[1]) for line in done.stderr.splitlines() if ".env:" in line]


@pytest.mark.parametrize("reference", ["${TOKEN_X}", "$TOKEN_X", "${TOKEN_X:-none}", "${Y:-${TOKEN_X}}", "${TOKEN_X:+$TOKEN_X}", "$(echo $TOKEN_X)"])
def test_no_value_comes_from_the_environment_of_the_process(tmp_path, reference):
    hover, _ = shown(tmp_path, {".env": f'V="a-{reference}"'}, {"TOKEN_X": CANARY})
    assert CANARY not in hover and "a-" in hover
    # Nor on the command line, where values of the shell may be printed by a rule that quotes them.
    for options in ([], ["--env-file", ".env"]):
        for format in ("pretty", "short", "json"):
            done = run("check", "--format", format, *options, "a.infra", cwd=tmp_path, env={"TOKEN_X": CANARY + "_X!"})
            assert CANARY not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("files", "value"),
    [
        ({".env": "V=${A:-one}-two"}, "one-two"),
        ({".env": "A=x\nV=${A:-one}-two"}, "x-two"),
        ({"nexflow.toml": '[infra.variables]\nREGION = "eu"', ".env": "V=${REGION}-x"}, "eu-x"),
        ({"nexflow.toml": '[infra]\nenv_files = ["ci.env"]', ".env": "A=one", "ci.env": "V=${A}-two"}, "one-two"),
        ({".env": "A=it's\nB=1\nV=my-bucket"}, "my-bucket"),
        ({".env": "V=-Xmx1g -Xms1g"}, "-Xmx1g -Xms1g"),
    ],
)
def test_values_are_put_together_from_what_stands_above(tmp_path, files, value):
    hover, said = shown(tmp_path, files)
    assert f"`{value}`" in hover
    assert said == []


@pytest.mark.parametrize("line", ["V=${NOPE}-x", "V=${V}-x", "V=${A}-x\nA=1", "V=$(date)", 'V="open', "V=${A", "no assignment"])
def test_what_cannot_be_worked_out_is_said_at_its_line(tmp_path, line):
    _, said = shown(tmp_path, {".env": f"# first\n{line}"})
    assert said == [2]


def test_the_editor_shows_what_is_wrong_in_the_file_itself(tmp_path):
    with Folder(tmp_path, f"//- .env\nA=1\nV=${{NOPE}}-x\n//- a.infra\n{DOCUMENT}", pull=False) as found:
        (said,) = found.wire.diagnostics(found.uri(".env"))
    assert said["range"]["start"]["line"] == 1 and said["severity"] == 2
    assert "no value" in said["message"] or "empty" in said["message"]


def bomb(levels: int, wide: int) -> str:
    lines = ["A0=xxxxxxxxxx"]
    lines += [f'A{level}="{wide * ("${A%d}" % (level - 1))}"' for level in range(1, levels)]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("text", [bomb(12, 10), bomb(40, 2), "A=" + "${B:-" * 150_000, 'A="' + "${A:-" * 100 + "}" * 100 + '"\n' + bomb(9, 30)])
def test_references_cannot_fill_the_memory(tmp_path, text):
    (tmp_path / ".env").write_text(text)
    (tmp_path / "a.infra").write_text(HEAD)

    def narrow():
        resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))

    for options in ([], ["--no-env"], ["--no-env", "--fix"]):
        done = run("check", "--format", "short", *options, cwd=tmp_path, preexec_fn=narrow)
        assert done.returncode == 0 and done.stderr.startswith(".env:")


def test_files_named_on_the_command_line_may_be_pipes_and_know_the_project(tmp_path):
    (tmp_path / "nexflow.toml").write_text('[infra.variables]\nREGION = "eu"\n')
    (tmp_path / ".env").write_text("A=one\n")
    (tmp_path / "a.infra").write_text(DOCUMENT.replace("$0", ""))
    (tmp_path / "more.env").write_text("V=${A}-${REGION}\n")
    assert run("check", "--env-file", "more.env", "a.infra", cwd=tmp_path).stdout == ""
    read, write = os.pipe()
    os.write(write, b"V=bucket\n")
    os.close(write)
    try:
        done = subprocess.run([binary(), "check", "--format", "short", "--env-file", f"/dev/fd/{read}", "a.infra"], cwd=tmp_path, pass_fds=[read], capture_output=True)
    finally:
        os.close(read)
    assert (done.returncode, done.stdout) == (0, b"")
    done = run("check", "--env-file", "/dev/zero", "a.infra", cwd=tmp_path)
    assert done.returncode == 2 and "larger" in done.stderr


def test_a_rename_follows_what_refers_and_nothing_else(tmp_path):
    env = "V=a\nLIT='costs $V'\nESC=\"\\$V\"\nDEF=${V:-x}\nUSE=${V}-1 # $V\n"
    with Folder(tmp_path, f"//- .env\n{env}//- a.infra\n{DOCUMENT}") as found:
        after = found.rename("NEW")
    assert after[".env"] == "NEW=a\nLIT='costs $V'\nESC=\"\\$V\"\nDEF=${NEW:-x}\nUSE=${NEW}-1 # $V\n"
