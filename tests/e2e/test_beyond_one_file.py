"""Variables, `extends`, secrets and names between several files: what stands in one and shows in another."""

from urllib.parse import unquote

import pytest

from fixture import Folder
from wire import Wire, did_change, notification, request


@pytest.fixture
def folder(tmp_path):
    """Makes folders from fixtures; their servers end with the test."""
    made = []

    def make(text, **how):
        made.append(Folder(tmp_path / f"folder{len(made)}", text, **how))
        return made[-1]

    yield make
    for one in made:
        one.wire.close()


BUCKET = """
//- open a.infra
version: "1.0"
environment: staging
checkpoints:
  default:
    type: s3
    bucket: «${BUCKET}»
    checkpoint: {interval: 60s}
"""


# Variables.


def test_the_shell_comes_before_the_env_file_and_both_before_the_default(folder):
    text = "//- .env\nONLY_FILE=file\nBOTH=file\n" + '//- open a.infra\nversion: "1.0"\nx: ${ONLY_FILE:-d} ${BOTH:-d} ${NEITHER:-d}\n'
    found = folder(text, env={"BOTH": "shell"})
    # The hints show values; a default that applies is in the text already.
    assert found.hints("a.infra") == ["= file", "= shell"]


def test_fixed_values_and_more_env_files_by_setting(folder):
    text = "//- .env\nA=env\nB=env\nC=env\n//- deep/more.vars\nB=more\nC=more\n" + '//- open a.infra\nversion: "1.0"\nx: ${A} ${B} ${C}\n'
    found = folder(text, settings={"envFiles": ["deep/more.vars"], "variables": {"C": "fixed"}})
    assert found.hints("a.infra") == ["= env", "= more", "= fixed"]


@pytest.mark.parametrize("sign", ["nexflow.toml", ".env", ".git/HEAD"])
def test_the_project_root_is_found_by_its_signs(folder, sign):
    found = folder(f"//- {sign}\n//- open deep/down/a.infra\n" + BUCKET.split("\n", 2)[2].replace("«", "").replace("»", ""))
    with open(found.root / ".env", "a") as file:
        file.write("BUCKET=b\n")
    found.changed(".env")
    assert "env-unresolved" not in found.codes("deep/down/a.infra")


def test_a_variable_without_a_value_is_reported_with_the_nearest_name(folder):
    found = folder("//- .env\nBUCKETS=b\n" + BUCKET)
    assert found.found("a.infra", "env-unresolved") == found.fixture.marked
    [one] = [one for one in found.findings("a.infra") if one["code"] == "env-unresolved"]
    assert one["severity"] == 2 and "Did you mean `BUCKETS`?" in one["message"]


def test_the_severity_of_an_unresolved_variable_is_a_setting(folder):
    found = folder(BUCKET, settings={"rules": {"env-unresolved": "error"}})
    assert [one["severity"] for one in found.findings("a.infra") if one["code"] == "env-unresolved"] == [1]


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("${BUCKET:x}", "env-ref-single-colon"),
        ("${BUCKET", "env-ref-malformed"),
        ("${bucket}", "env-ref-name"),
    ],
)
def test_slips_in_references(folder, written, code):
    found = folder("//- .env\nBUCKET=b\nbucket=b\n" + BUCKET.replace("«${BUCKET}»", written))
    assert code in found.codes("a.infra")


def test_a_default_that_does_not_fit_the_field(folder):
    found = folder("//- .env\nINTERVAL=1m\n" + BUCKET.replace("60s", "«'${INTERVAL:-soon}'»").replace("«${BUCKET}»", "b"))
    [(name, *place)] = found.found("a.infra", "env-default-wrong-kind")
    assert (name, place[0]) == ("a.infra", found.fixture.marked[0][1])


def test_completion_of_a_variable_offers_what_is_known(folder):
    found = folder("//- .env\nBUCKET_A=first\nBUCKET_B=second\nBUCKET_C=1\n" + BUCKET.replace("«${BUCKET}»", "${BUCK$0}"))
    # The value of the third is too short for the name of a bucket.
    assert {"BUCKET_A", "BUCKET_B"} == set(found.labels()) - {"BUCKET"}


def test_hover_says_where_a_value_comes_from(folder):
    found = folder("//- .env\n# c\nBUCKET=the-value\n" + BUCKET.replace("«${BUCKET}»", "${BUC$0KET}"))
    hover = found.hover()
    # A dot at the beginning of a label may be escaped, and marks of Markdown in a link are percent-encoded.
    assert "the-value" in hover and ".env, line 2" in hover.replace("\\.", ".") and found.uri(".env") in unquote(hover)


@pytest.mark.parametrize("name", ["DB_PASSWORD", "API_TOKEN"])
def test_hover_and_hint_hide_what_sounds_secret(folder, name):
    found = folder(f"//- .env\n{name}=the-value\n" + BUCKET.replace("«${BUCKET}»", "${$0" + name + "}"))
    assert ".env, line 1" in found.hover() and "the-value" not in found.hover()
    assert "the-value" not in str(found.hints("a.infra"))


def test_definition_of_a_variable_is_its_line(folder):
    found = folder("//- .env\nA=1\nexport «BUCKET»=${BUCKET}\n" + BUCKET.replace("«${BUCKET}»", "${BUC$0KET}"))
    assert found.places("textDocument/definition") == found.fixture.marked


def test_references_of_a_variable_are_in_all_documents_of_the_project(folder):
    found = folder(
        """
        //- .env
        export «BUCKET»=b
        URL=s3://${«BUCKET»}/x
        //- a.infra
        checkpoints: {a: {bucket: "${$0«BUCKET»}", path: "x-${«BUCKET»:-d}"}}
        //- deep/closed.infra
        checkpoints: {a: {bucket: "${«BUCKET»}"}}
        //- other/nexflow.toml
        //- other/elsewhere.infra
        checkpoints: {a: {bucket: "${BUCKET}"}}
        """
    )
    assert found.references() == sorted(found.fixture.marked)


def test_a_variable_is_renamed_in_documents_and_env_files(folder):
    found = folder(
        """
        //- .env
        # BUCKET is a comment
        export BUCKET="b"
        URL=s3://${BUCKET}/x
        OTHER_BUCKET=c
        //- a.infra
        checkpoints: {a: {bucket: "${$0BUCKET}"}}
        //- closed.infra
        checkpoints: {a: {bucket: "${BUCKET:-d}-${OTHER_BUCKET}"}}
        """
    )
    assert found.rename("STORE") == {
        ".env": '# BUCKET is a comment\nexport STORE="b"\nURL=s3://${STORE}/x\nOTHER_BUCKET=c\n',
        "a.infra": 'checkpoints: {a: {bucket: "${STORE}"}}\n',
        "closed.infra": 'checkpoints: {a: {bucket: "${STORE:-d}-${OTHER_BUCKET}"}}\n',
    }
    assert "is used already" in found.refused("textDocument/rename", newName="OTHER_BUCKET")


def test_a_variable_of_the_shell_is_not_renamed(folder):
    found = folder(BUCKET.replace("«${BUCKET}»", "${$0BUCKET}"), env={"BUCKET": "b"})
    assert "environment of the server" in found.refused("textDocument/prepareRename")


@pytest.mark.parametrize("watch", [True, False])
def test_a_change_of_an_env_file_of_the_settings_is_followed(folder, watch):
    found = folder("//- local.vars\nX=1\n" + BUCKET, settings={"envFiles": ["local.vars"]}, watch=watch)
    assert "env-unresolved" in found.codes("a.infra")
    if watch:
        found.wire.until(lambda m: m.get("method") == "client/registerCapability" and "**/local.vars" in str(m)) if not any(
            "**/local.vars" in str(m) for m in found.wire.seen
        ) else None
    found.write("local.vars", "BUCKET=b\n")
    if watch:
        found.changed("local.vars")
    else:
        found.wire.notify("textDocument/didSave", {"textDocument": {"uri": found.uri("a.infra")}})
    assert "env-unresolved" not in found.codes("a.infra")


# extends.

FAMILY = """
//- ground.infra
version: "1.0"
environment: base
checkpoints:
  default:
    type: s3
    bucket: b
    checkpoint: {interval: 60s, timeout: 10m}
//- base.infra
version: "1.0"
environment: base
extends: ground.infra
checkpoints:
  default:
    prefix: p/
//- open production.infra
version: "1.0"
environment: staging
extends: base.infra
checkpoints:
  default:
    region: eu-west-1
"""


def test_a_chain_is_followed_to_its_end(folder):
    assert folder(FAMILY).codes("production.infra") == []


def test_what_a_chain_lacks_is_missing(folder):
    assert "checkpoint-type-missing" in folder(FAMILY.replace("    type: s3\n", "")).codes("production.infra")


@pytest.mark.parametrize("target", ["../shared/base.infra", "./sub/../../shared/base.infra"])
def test_other_relative_paths_are_followed_too(folder, target):
    found = folder(
        f"""
        //- shared/base.infra
        checkpoints: {{a: {{type: s3, bucket: b}}}}
        //- open team/a.infra
        version: "1.0"
        environment: development
        extends: {target}
        checkpoints: {{a: {{prefix: p/}}}}
        """
    )
    assert found.codes("team/a.infra") == ["extends-form"]


def test_a_cycle_and_a_missing_file_are_reported_at_the_value(folder):
    text = """
        //- open a.infra
        version: "1.0"
        environment: staging
        extends: «b.infra»
        //- b.infra
        extends: a.infra
        """
    found = folder(text)
    assert found.found("a.infra", "extends-cycle") == found.fixture.marked
    found = folder(text.split("//- b.infra")[0])
    assert found.found("a.infra", "extends-missing") == found.fixture.marked


def test_lists_and_scalars_override_and_mappings_merge(folder):
    """`region` comes from the base, the list does not: two directories below would be reported as shared by both."""
    found = folder(
        """
        //- base.infra
        state_backends:
          a: {type: rocksdb, storage: {local_directories: [/mnt/a, /mnt/a]}}
        //- open a.infra
        version: "1.0"
        environment: development
        extends: base.infra
        state_backends:
          a: {storage: {local_directories: [/mnt/b]}}
        """
    )
    assert found.codes("a.infra") == []
    found.type("a.infra", found.text("a.infra").replace("{storage: {local_directories: [/mnt/b]}}", "{incremental: true}"))
    merged = found.wire.request("textDocument/hover", found.at("a.infra", 4, 3))
    assert "error" not in merged


def test_definition_of_the_base_and_of_what_is_overridden(folder):
    found = folder(FAMILY.replace("extends: base.infra", "extends: ba$0se.infra"))
    assert [place[0] for place in found.places("textDocument/definition")] == ["base.infra"]
    links = found.ask("textDocument/documentLink", textDocument={"uri": found.uri("production.infra")})
    assert found.uri("base.infra") in [link["target"] for link in links]

    overriding = FAMILY.replace("checkpoint: {interval", "checkpoint: {«interval»").replace("    region:", "    checkpoint: {$0interval: 30s}\n    region:")
    found = folder(overriding)
    assert found.places("textDocument/definition") == found.fixture.marked


def test_hover_shows_what_is_overridden_and_where(folder):
    overriding = FAMILY.replace("    region:", "    checkpoint: {$0interval: 30s}\n    region:")
    hover = folder(overriding).hover()
    assert "Overrides `60s`" in hover and "ground.infra, line 7" in hover
    hover = folder(FAMILY.replace("  default:\n    region", "  $0default:\n    region")).hover()
    assert "Overrides parts of" in hover and "base.infra, line 5" in hover


def test_hover_hides_what_is_overridden_where_it_is_secret(folder):
    secret = FAMILY.replace("    bucket: b", "    bucket: b\n    auth: {type: access_key, secret_key: hidden-value}")
    hover = folder(secret.replace("    region:", "    auth: {$0secret_key: '${SECRET}'}\n    region:")).hover()
    assert "ground.infra" in hover and "hidden-value" not in hover


def test_an_override_equal_to_what_is_inherited_is_a_hint_that_mends_itself(folder):
    found = folder(FAMILY.replace("    region:", "    checkpoint: {«interval»: 1m, timeout: 5m}\n    region:"))
    assert found.found("production.infra", "override-repeats-base") == found.fixture.marked
    [one] = [one for one in found.findings("production.infra") if one["code"] == "override-repeats-base"]
    assert one["severity"] == 4
    [related] = one["relatedInformation"]
    assert found.place(related["location"])[:2] == ("ground.infra", 6)
    actions = found.ask(
        "textDocument/codeAction", textDocument={"uri": found.uri("production.infra")}, range=one["range"], context={"diagnostics": [one]}
    )
    [fix] = [action for action in actions if action["title"] == "Remove what is inherited"]
    edit = fix["edit"]
    assert found.edited(edit)["production.infra"].endswith("    checkpoint: {timeout: 5m}\n    region: eu-west-1\n")


def test_references_from_a_base_lead_to_what_refines_it(folder):
    found = folder(
        """
        //- base.infra
        checkpoints:
          default:
            checkpoint: {«$0interval»: 60s}
        //- middle.infra
        extends: base.infra
        //- production.infra
        extends: middle.infra
        checkpoints:
          default:
            checkpoint: {«interval»: 30s}
        //- staging.infra
        extends: base.infra
        checkpoints:
          other:
            checkpoint: {interval: 30s}
        //- alone.infra
        checkpoints:
          default:
            checkpoint: {interval: 30s}
        """
    )
    assert found.references() == sorted(found.fixture.marked)
    assert found.references(declaration=False) == [found.fixture.marked[1]]


@pytest.mark.parametrize("saved", [True, False])
def test_an_edit_of_a_base_reaches_its_dependents_before_it_is_saved(folder, saved):
    found = folder(FAMILY)
    broken = found.text("ground.infra").replace("    type: s3\n", "")
    if saved:
        found.write("ground.infra", broken)
        found.changed("ground.infra")
    else:
        found.open("ground.infra")
        found.type("ground.infra", broken)
    assert "checkpoint-type-missing" in found.codes("production.infra")


def test_a_question_sees_what_is_typed_in_a_base_right_before_it(folder):
    found = folder(FAMILY)
    found.open("ground.infra")
    assert found.codes("production.infra") == []
    broken = found.text("ground.infra").replace("    type: s3\n", "")
    typed = did_change(found.uri("ground.infra"), 2, {"text": broken})
    question = {"textDocument": {"uri": found.uri("production.infra")}}
    # In one write, so that nothing lies between the two for the server.
    found.wire.send(notification("textDocument/didChange", typed), request("question", "textDocument/diagnostic", question))
    found_then = found.wire.answer("question")["result"]["items"]
    assert "checkpoint-type-missing" in [one["code"] for one in found_then]


# Secrets.

SECRETS = """
//- base.infra
secrets:
  «db»:
    provider: vault
    path: secret/data/db
    keys: [«user», password]
//- production.infra
extends: base.infra
checkpoints:
  default:
    auth: {access_key: "secret://«$0db»/user", secret_key: "secret://«db»/password"}
//- other.infra
secrets:
  db: {provider: vault, path: secret/data/other}
"""


def test_definition_references_and_rename_of_a_secret_through_extends(folder):
    found = folder(SECRETS)
    [definition, _, *uses] = found.fixture.marked
    assert found.places("textDocument/definition") == [definition]
    assert found.references() == sorted([definition, *uses])
    renamed = found.rename("ledger")
    assert "  ledger:\n" in renamed["base.infra"]
    assert "secret://ledger/user" in renamed["production.infra"] and "secret://ledger/password" in renamed["production.infra"]
    assert renamed["other.infra"] == found.text("other.infra")


def test_definition_and_rename_of_the_key_of_a_secret(folder):
    found = folder(SECRETS.replace("$0", "").replace("«db»/user", "db/$0user"))
    assert found.places("textDocument/definition") == [found.fixture.marked[1]]
    renamed = found.rename("login")
    assert "keys: [login, password]" in renamed["base.infra"] and "secret://db/login" in renamed["production.infra"]


def test_the_other_forms_of_a_secret_name_it_too(folder):
    found = folder(
        """
        //- a.infra
        secrets:
          «db»: {provider: vault, path: secret/data/db}
        checkpoints:
          x: {auth: {access_key: "secret://«$0db»", secret_key: "secret://«db»/password?version=2"}}
        """
    )
    assert found.references() == sorted(found.fixture.marked)


def test_names_and_keys_of_secrets_are_completed_through_extends(folder):
    found = folder(SECRETS.replace("$0", "").replace("secret://«db»/user", "secret://$0"))
    assert any("db" in label for label in found.labels())
    found = folder(SECRETS.replace("$0", "").replace("secret://«db»/user", "secret://db/$0"))
    assert [label for label in found.labels() if "user" in label] and [label for label in found.labels() if "password" in label]


def test_unknown_names_and_keys_of_secrets(folder):
    found = folder(
        """
        //- open a.infra
        version: "1.0"
        environment: development
        secrets:
          db: {provider: vault, path: secret/data/db, keys: [user, password]}
        checkpoints:
          x: {type: s3, bucket: b, auth: {type: access_key, access_key: "secret://dv/user", secret_key: "secret://db/«pasword»"}}
        """
    )
    assert found.found("a.infra", "secret-key-unknown") == found.fixture.marked
    assert "secret-ref-unknown" in found.codes("a.infra")


# Names.


@pytest.mark.parametrize(
    "text",
    [
        # An entry and `base_backend`, through extends.
        """
        //- base.infra
        state_backends:
          «large»: {type: rocksdb}
        //- a.infra
        extends: base.infra
        state_backends:
          log: {type: changelog, base_backend: «$0large»}
        """,
        # An anchor and its aliases; the other document has an anchor of its own.
        """
        //- base.infra
        x: &retention {}
        //- a.infra
        extends: base.infra
        checkpoints:
          a: {retention: &«retention» {max_checkpoints: 3}}
          b: {retention: *«$0retention»}
        """,
        # A state name in two documents of a family.
        """
        //- base.infra
        state_backends:
          a: {type: rocksdb, state_ttls: {«sessions»: 1h}}
        //- a.infra
        extends: base.infra
        state_backends:
          a: {state_ttls: {«$0sessions»: 2h}}
        """,
    ],
    ids=["base_backend", "anchor", "state name"],
)
def test_definition_references_highlight_and_rename_of_names(folder, text):
    found = folder(text)
    [definition, *_] = found.fixture.marked
    assert found.places("textDocument/definition") == [definition]
    assert found.references() == sorted(found.fixture.marked)
    own = [place for place in found.fixture.marked if place[0] == "a.infra"]
    assert sorted(found.place({"uri": found.uri("a.infra"), **one}) for one in found.here("textDocument/documentHighlight")) == sorted(own)
    renamed = found.rename("renamed_by_test")
    assert sum(content.count("renamed_by_test") for content in renamed.values()) == len(found.fixture.marked)


def test_a_name_that_nothing_beneath_both_documents_has_is_another_name(folder):
    found = folder(
        """
        //- base.infra
        state_backends: {}
        //- a.infra
        extends: base.infra
        state_backends:
          «$0own»: {type: rocksdb}
        //- b.infra
        extends: base.infra
        state_backends:
          own: {type: hashmap}
        """
    )
    assert found.references() == found.fixture.marked


@pytest.mark.parametrize("new", ["taken", "no name", ""])
def test_a_rename_that_would_break_something_is_refused_with_a_reason(folder, new):
    found = folder(
        """
        //- base.infra
        state_backends:
          taken: {type: hashmap}
        //- a.infra
        extends: base.infra
        state_backends:
          $0own: {type: rocksdb}
          taken: {async_snapshots: true}
        """
    )
    assert "`" in found.refused("textDocument/rename", newName=new)


def test_nothing_to_rename_is_no_error_when_it_is_prepared(folder):
    found = folder("//- a.infra\nversion: '1.0'\nenvironment: $0production\n")
    assert found.here("textDocument/prepareRename") is None


SYMBOLS = """
//- .env
CHECKPOINT_BUCKET=b
//- open open.infra
state_backends:
  «orders_large»: {type: rocksdb, state_ttls: {order_sessions: 1h}}
//- deep/closed.infra
checkpoints:
  orders: {type: s3}
secrets:
  db: {provider: vault, path: secret/data/db, keys: [orders_password]}
"""


def test_symbols_of_all_documents_are_found_and_ranked(folder):
    found = folder(SYMBOLS)
    ask = lambda query: [(one["name"], one.get("containerName"), found.place(one["location"])[0]) for one in found.ask("workspace/symbol", query=query)]  # noqa: E731
    assert ask("orders") == [
        ("orders", "checkpoints", "deep/closed.infra"),
        ("orders_large", "state_backends", "open.infra"),
        ("orders_password", "secrets.db", "deep/closed.infra"),
        # Its letters are there in their order, though not side by side.
        ("order_sessions", "state_backends.state_ttls", "open.infra"),
    ]
    # The letters of a name in their order.
    assert ask("ordlarge") == [("orders_large", "state_backends", "open.infra")]
    assert ask("chkbucket") == [("CHECKPOINT_BUCKET", None, ".env")]
    assert ask("nothing_like_this") == []
    assert {name for name, _, _ in ask("")} == {"orders_large", "order_sessions", "orders", "db", "orders_password", "CHECKPOINT_BUCKET"}
    [one] = [found.place(one["location"]) for one in found.ask("workspace/symbol", query="orders_large")]
    assert one == found.fixture.marked[0]


def test_symbols_of_open_documents_are_those_of_their_unsaved_text(folder):
    found = folder(SYMBOLS)
    found.type("open.infra", "state_backends:\n  unsaved: {type: hashmap}\n")
    names = [one["name"] for one in found.ask("workspace/symbol", query="")]
    assert "unsaved" in names and "orders_large" not in names


def test_the_outline_has_details_and_no_cap(folder):
    entries = "".join(f"  b{n}: {{type: rocksdb}}\n" for n in range(3000))
    found = folder("//- open a.infra\nstate_backends:\n" + entries)
    outline = found.ask("textDocument/documentSymbol", textDocument={"uri": found.uri("a.infra")})
    assert sum("b" == one["name"][0] for one in outline) + sum(len(one.get("children") or []) for one in outline) >= 3000


# The workspace.


def test_files_that_change_on_disk_are_followed(folder):
    found = folder(SYMBOLS)
    names = lambda: {one["name"] for one in found.ask("workspace/symbol", query="")}  # noqa: E731
    assert "orders" in names()
    found.write("deep/closed.infra", "checkpoints:\n  renamed_on_disk: {type: s3}\n")
    found.write("new.infra", "checkpoints:\n  made_on_disk: {type: s3}\n")
    found.write("hidden/x.infra", "checkpoints:\n  ignored_on_disk: {type: s3}\n")
    found.write(".ignore", "hidden/\n")
    found.changed("deep/closed.infra", "new.infra", "hidden/x.infra")
    assert {"renamed_on_disk", "made_on_disk"} <= names() and not {"orders", "ignored_on_disk"} & names()
    (found.root / "new.infra").unlink()
    found.changed("new.infra")
    assert "made_on_disk" not in names()


def test_closed_documents_are_checked_again_only_when_something_has_changed(folder):
    found = folder(FAMILY.replace("open ", ""))

    def ask(known):
        items = found.ask("workspace/diagnostic", previousResultIds=[{"uri": item["uri"], "value": item["resultId"]} for item in known])["items"]
        return items, {found.name(item["uri"]): item["kind"] for item in items}

    first, kinds = ask([])
    assert kinds == {"base.infra": "full", "ground.infra": "full", "production.infra": "full"}
    _, kinds = ask(first)
    assert set(kinds.values()) == {"unchanged"}
    # A client that writes addresses in another way means the same documents.
    items, _ = ask([{**item, "uri": item["uri"].replace(".infra", "%2Einfra")} for item in first])
    assert [item["kind"] for item in items] == ["unchanged"] * 3
    found.write("ground.infra", found.text("ground.infra").replace("    type: s3\n", ""))
    found.changed("ground.infra")
    items, kinds = ask(first)
    assert kinds["production.infra"] == "full"
    assert "checkpoint-type-missing" in [one["code"] for item in items if item["kind"] == "full" for one in item["items"]]


def test_what_is_typed_in_a_base_is_checked_before_its_dependents(folder):
    """Of a hundred dependents none is begun with after a keystroke in their base before the base itself is checked, and all show in
    the end what it means for them. One may have been begun with before the key, and read the base after it."""
    head = "version: '1.0'\nenvironment: staging\nextends: ground.infra\n"
    dependents = "".join(f"//- open d{n}.infra\n{head}checkpoints: {{default: {{prefix: p{n}/}}}}\n" for n in range(100))
    found = folder(FAMILY.replace("open ", "") + dependents, pull=False)
    found.open("ground.infra")
    whole, base = found.text("ground.infra"), found.uri("ground.infra")
    broken = whole.replace("    type: s3\n", "")
    shown = {found.uri(f"d{n}.infra"): None for n in range(100)}

    def hear():
        """Takes note of the next findings; whether they are those of the base as it is now."""
        params = found.wire.until(lambda m: m.get("method") == "textDocument/publishDiagnostics")["params"]
        if params["uri"] in shown:
            shown[params["uri"]] = "checkpoint-type-missing" in [one["code"] for one in params["diagnostics"]]
        return params["uri"] == base and params["version"] == found.versions["ground.infra"]

    while set(shown.values()) != {False}:
        hear()
    for text in (broken, whole, broken, whole):
        found.type("ground.infra", text)
        while not hear():
            early = sum(found != (text != broken) for found in shown.values())
            assert early <= 1, "dependents were checked before the document that is typed in"
        while set(shown.values()) != {text == broken}:
            hear()
    # A key that is followed by another before the dependents are through.
    found.type("ground.infra", broken)
    while not hear():
        pass
    found.type("ground.infra", whole)
    while not hear():
        pass
    found.type("ground.infra", broken)
    while set(shown.values()) != {True}:
        hear()


def test_the_index_is_shown_as_progress(tmp_path):
    for number in range(60):
        (tmp_path / f"d{number}.infra").write_text("state_backends:\n  a: {type: rocksdb}\n")
    with Wire() as wire:
        folder = {"uri": tmp_path.as_uri(), "name": "x"}
        wire.initialize({"window": {"workDoneProgress": True}}, workspaceFolders=[folder])
        token = wire.until(lambda m: m.get("method") == "window/workDoneProgress/create")["params"]["token"]
        kinds = []
        while not kinds or kinds[-1] != "end":
            params = wire.until(lambda m: m.get("method") == "$/progress")["params"]
            assert params["token"] == token
            kinds.append(params["value"]["kind"])
        assert kinds[0] == "begin" and set(kinds[1:-1]) <= {"report"}


def test_an_edit_of_a_base_shows_in_closed_dependents_as_long_as_it_is_open(folder):
    found = folder(FAMILY.replace("open ", ""), pull=False)
    assert found.ask("workspace/symbol", query="default"), "the documents are known"
    found.open("ground.infra")
    whole, closed = found.text("ground.infra"), found.uri("production.infra")
    found.wire.diagnostics(found.uri("ground.infra"))
    found.type("ground.infra", whole.replace("    type: s3\n", ""))
    assert "checkpoint-type-missing" in [one["code"] for one in found.wire.diagnostics(closed)]
    found.type("ground.infra", whole)
    assert found.wire.diagnostics(closed) == []
    found.type("ground.infra", whole.replace("    type: s3\n", ""))
    assert found.wire.diagnostics(closed)
    # What was never saved means nothing once it is closed.
    found.close("ground.infra")
    assert found.wire.diagnostics(closed) == []


def test_what_closed_documents_write_is_offered(folder):
    """A bucket is free text, for which there is nothing to go by but what others write."""
    found = folder(
        """
        //- team/closed.infra
        checkpoints:
          one: {type: s3, bucket: payments-of-the-team}
        //- team/a.infra
        checkpoints:
          two:
            type: s3
            bucket: $0
        """
    )
    # Reading them is nobody's turn to wait for; it follows the opening.
    for _ in range(1000):
        if "payments-of-the-team" in found.labels():
            break
    else:
        pytest.fail("what the closed document says is not offered")
