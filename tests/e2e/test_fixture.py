"""The fixture format itself."""

from fixture import Fixture, apply


def test_files_cursor_and_marks_are_taken_apart():
    fixture = Fixture.parse(
        """
        //- base.infra
        a: «é1»
        //- open down/b.infra
        x: 1
        //- c.infra
        y: «${A$0BC}»
        """
    )
    assert fixture.files == {"base.infra": "a: é1\n", "down/b.infra": "x: 1\n", "c.infra": "y: ${ABC}\n"}
    assert fixture.open == ["down/b.infra", "c.infra"]
    assert fixture.cursor == ("c.infra", 0, 6)
    assert fixture.marked == [("base.infra", 0, 3, 0, 5), ("c.infra", 0, 3, 0, 9)]


def test_edits_are_applied_from_the_end():
    def edit(line, start, end, new):
        return {"range": {"start": {"line": line, "character": start}, "end": {"line": line, "character": end}}, "newText": new}

    assert apply("ab\r\ncd\n", [edit(0, 0, 1, "xyz"), edit(1, 1, 2, "")]) == "xyzb\r\nc\n"
