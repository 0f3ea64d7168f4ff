import unicodedata

from contest_site.lib.text import clean, fold, name_sort_key, sort_key


def test_clean_composes_and_drops_what_is_not_seen() -> None:
    decomposed = unicodedata.normalize("NFD", "Nguyễn  Văn\tẪn")
    assert clean(f" {decomposed}\u200b\u202e\x07 ") == "Nguyễn Văn Ẫn"


def test_fold_forgets_accents_and_case() -> None:
    assert fold("Xã ĐỨC Phổ – Ẵ ơ ư") == "xa duc pho – a o u"


def test_words_are_in_dictionary_order_letters_before_tones() -> None:
    words = ["ấ", "an", "ân", "ăn", "á", "đa", "da", "e", "ê", "ơ", "o", "ô", "ạ", "à", "ả", "ã", "a"]
    expected = ["a", "à", "ả", "ã", "á", "ạ", "an", "ăn", "ấ", "ân", "da", "đa", "e", "ê", "o", "ô", "ơ"]
    assert sorted(words, key=sort_key) == expected


def test_people_are_listed_by_given_name_first() -> None:
    names = ["Trần Văn Bình", "Nguyễn Thị Ánh", "Lê An", "Đỗ Văn An", "Phạm Ân", "An"]
    expected = ["An", "Lê An", "Đỗ Văn An", "Nguyễn Thị Ánh", "Phạm Ân", "Trần Văn Bình"]
    assert sorted(names, key=name_sort_key) == expected
