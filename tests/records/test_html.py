"""The page needs nothing from elsewhere, shows everything, and lets no name act."""

from __future__ import annotations

from collections.abc import Callable
from html.parser import HTMLParser

from fakefinder.records.card import DetectorCard
from fakefinder.records.render import to_html
from fakefinder.records.render.words import CANNOT_SEE
from fakefinder.records.report import Evidence, Report, TrackScore, VideoRecord

CARD = DetectorCard(
    name="alpha", version="1", title="The <first> one", summary="s", coverage="c", caveats=("Blind on & off.",)
)


class Page(HTMLParser):
    """Tags with their attributes, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def test_everything_is_said(full: Report) -> None:
    text = Page(to_html([full], {"alpha": CARD})).text
    for part in ("talk.mp4", "0.912", "likely fake", "recipe still", "1 of 3 detectors gave a score", "1 frame could"):
        assert part in text
    for part in (
        "No face was found",
        "no_face",
        "It fell over.",
        "crashed",
        "4 frames, 4 faces",
        "not in the catalogue",
    ):
        assert part in text
    for part in ("cd" * 32, "ab" * 32, "FakeFinder 1.2.3", "The <first> one", "Blind on & off.", *CANNOT_SEE):
        assert part in text


def test_no_request_and_no_script(full: Report, unreadable: Report) -> None:
    html = to_html([full, unreadable], {"alpha": CARD})
    page = Page(html)
    assert "default-src 'none'" in html
    assert not {"script", "link", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in page.tags}
    for _, attributes in page.tags:
        assert not [name for name in attributes if name.startswith("on")]
        assert (attributes.get("src") or "data:").startswith("data:image/jpeg;base64,") or "src" not in attributes
        assert (attributes.get("href") or "#").startswith("#")
    assert "url(" not in html
    assert "@import" not in html


def test_a_hostile_name_is_text_with_its_hidden_letters_shown(unreadable: Report) -> None:
    html = to_html([unreadable])
    assert "<script" not in html
    assert "\u202e" not in html
    assert "\\u202egpj.mp4" in html
    assert "\\x1b[31m" in html
    assert "This video could not be read." in html


def test_thumbnail_is_inside_the_page_and_must_be_a_jpeg(make_report: Callable[..., Report], full: Report) -> None:
    assert sum(tag == "img" for tag, _ in Page(to_html([full])).tags) == 1
    track = TrackScore(track=0, score=0.5, frames=(), thumbnail=b"<svg onload=alert(1)>")
    evidence = Evidence(detector="a", version="1", recipe="faithful", status="scored", score=0.5, tracks=(track,))
    html = to_html([make_report(VideoRecord(name="a.mp4"), evidence)])
    assert not [tag for tag, _ in Page(html).tags if tag == "img"]


def test_several_videos_get_a_table_and_a_section_each(full: Report, unreadable: Report) -> None:
    page = Page(to_html([full, unreadable, full]))
    targets = {attributes["href"] for tag, attributes in page.tags if tag == "a"}
    ids = {attributes.get("id") for _, attributes in page.tags}
    assert {"#video-1", "#video-2", "#video-3"} <= targets
    assert {str(target)[1:] for target in targets} <= ids
    assert sum(tag == "h1" for tag, _ in page.tags) == 1


def test_faces_beyond_the_limit_are_counted(make_report: Callable[..., Report]) -> None:
    tracks = tuple(TrackScore(track=i, score=0.5, frames=()) for i in range(15))
    evidence = Evidence(detector="a", version="1", recipe="faithful", status="scored", score=0.5, tracks=tracks)
    assert "3 more faces are in the JSON report." in to_html([make_report(VideoRecord(name="a.mp4"), evidence)])
