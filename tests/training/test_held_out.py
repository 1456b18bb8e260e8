from __future__ import annotations

import hashlib

import pytest

from fakefinder.training.held_out import held_out
from fakefinder.training.picture_files import PictureFile, list_sha256, to_csv


def sha256s(count: int) -> list[str]:
    return [hashlib.sha256(bytes([i % 256, i // 256])).hexdigest() for i in range(count)]


def test_the_first_bits_decide() -> None:
    """By hand: 0x19999999 / 2**32 is just below 0.1, 0x1999999a just above."""
    files = ["19999999" + "f" * 56, "1999999a" + "0" * 56, "f" * 64]
    assert held_out(files, 0.1) == {files[0]}


def test_a_file_stays_on_its_side_when_others_come_and_go() -> None:
    many = sha256s(1000)
    of_all = held_out(many, 0.1)
    assert len(of_all) == pytest.approx(100, abs=30)
    for part in (many[:500], many[::3]):
        assert held_out(part, 0.1) == of_all & set(part)


def test_at_least_one_is_held_out() -> None:
    assert held_out(["f" * 64, "e" * 64], 0.1) == {"e" * 64}


def test_the_list_of_files_is_told_by_content_and_written_by_name() -> None:
    one, two = PictureFile("a.jpg", 3, "a" * 64), PictureFile('b "x".jpg', 4, "b" * 64)
    renamed = [PictureFile("z.jpg", 4, "b" * 64), PictureFile("y.jpg", 3, "a" * 64)]
    assert list_sha256([one, two]) == list_sha256(renamed) != list_sha256([one])
    assert to_csv([one, two]).splitlines() == [
        "name,bytes,sha256",
        f"a.jpg,3,{'a' * 64}",
        f'"b ""x"".jpg",4,{"b" * 64}',
    ]
