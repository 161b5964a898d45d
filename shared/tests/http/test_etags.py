import pytest

from lealtad.http import Problem, require_match


@pytest.mark.parametrize("header", ['"7"', '"1", "7"', "*", ' "7" ', 'W/"1", "7"'])
def test_the_present_version_matches(header):
    require_match(header, 7)


@pytest.mark.parametrize("header", ['"6"', 'W/"7"', '"6", "8"', '"77"'])
def test_another_version_or_a_weak_tag_does_not_match(header):
    with pytest.raises(Problem) as caught:
        require_match(header, 7)

    assert caught.value.status == 412


@pytest.mark.parametrize("header", ["7", '"7', "", '"6" "7"'])
def test_what_is_no_list_of_entity_tags_is_refused_with_a_hint(header):
    with pytest.raises(Problem) as caught:
        require_match(header, 7)

    assert caught.value.status == 422
    assert "with its quotes" in caught.value.extensions["errors"][0]["hint"]


def test_a_missing_header_is_let_through_unless_it_is_required():
    require_match(None, 7)

    with pytest.raises(Problem) as caught:
        require_match(None, 7, required=True)
    assert caught.value.status == 428
