"""Pull: whole, resumed, from the next source, from an archive, from a mirror, and what stops it."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch

from fakefinder.errors import (
    DownloadFailed,
    LicenceNotAccepted,
    WeightsKeysDiffer,
    WeightsMissing,
    WeightsTruncated,
    WeightsUnsafe,
)
from fakefinder.weights.catalogue import Catalogue
from fakefinder.weights.store import ActiveWeights, WeightStore

CatalogueOf = Callable[..., Catalogue]
Entry = Callable[..., dict[str, Any]]
Checkpoint = Callable[..., bytes]
TarOf = Callable[[Mapping[str, bytes]], bytes]
Server = Any


def test_pull_fetches_converts_and_activates(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    one, two = checkpoint(1, container=True, prefix="module."), checkpoint(2)
    server.serve("a.pth", one)
    server.serve("b.pth", two)
    catalogue = catalogue_of(entry("a.pth", one, server.url("a.pth")), entry("deep/b.pth", two, server.url("b.pth")))
    seen: list[tuple[str, int, int | None]] = []
    store = WeightStore(tmp_path, catalogue=catalogue)
    made = store.pull("probe", progress=lambda *step: seen.append(step))

    assert store.active("probe") == made
    assert made.folder == tmp_path / "probe" / made.version
    assert sorted(made.tensors("a.pth")) == ["bias", "weight"]
    assert torch.equal(made.tensors("deep/b.pth")["weight"], torch.load(io.BytesIO(two))["weight"])
    assert made.sha256 == {file.name: file.sha256 for file in catalogue.detectors["probe"].files}
    assert made.unlisted == ()
    assert made.files["a.pth"].source == server.url("a.pth")
    assert seen[-1] == ("b.pth", len(two), len(two))
    assert {path.name for path in (tmp_path / "probe").iterdir()} == {made.version, "active", ".lock"}


def test_a_second_pull_asks_nobody(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    first = store.pull("probe")
    assert store.pull("probe") == first
    assert len(server.requests) == 1


def test_a_damaged_version_is_fetched_again(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    first = store.pull("probe")
    stored = first.folder / "a.pth.safetensors"
    flipped = bytearray(stored.read_bytes())
    flipped[-1] ^= 1
    stored.write_bytes(flipped)
    second = store.pull("probe")
    assert len(server.requests) == 2
    assert second.version == first.version
    assert all(found.ok for found in store.verify("probe"))


@pytest.mark.parametrize("with_length", [True, False])
def test_a_broken_connection_is_resumed_within_one_pull(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint, with_length: bool
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content, breaks_after=[5000, 3000] if with_length else [], with_length=with_length)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    assert store.pull("probe").files["a.pth"].bytes == len(content)
    asked = [given for _, given in server.requests]
    assert asked == ([None, "bytes=5000-", "bytes=8000-"] if with_length else [None])


def test_a_later_pull_goes_on_where_the_first_ended(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    # The second connection brings nothing, so the first pull gives up.
    server.serve("a.pth", content, breaks_after=[6000, 0])
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    with pytest.raises(DownloadFailed):
        store.pull("probe")
    with pytest.raises(WeightsMissing):
        store.active("probe")
    store.pull("probe")
    assert [given for _, given in server.requests] == [None, "bytes=6000-", "bytes=6000-"]


def test_a_file_that_changed_in_between_is_fetched_from_its_beginning(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    old, new = checkpoint(1), checkpoint(2)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", new, server.url("a.pth"))))
    server.serve("a.pth", old, breaks_after=[6000, 0])
    with pytest.raises(DownloadFailed):
        store.pull("probe")
    server.serve("a.pth", new)
    made = store.pull("probe")
    assert torch.equal(made.tensors("a.pth")["weight"], torch.load(io.BytesIO(new))["weight"])


def test_without_a_strong_validator_nothing_is_resumed(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content, breaks_after=[6000], etag='W/"weak"')
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    store.pull("probe")
    assert [given for _, given in server.requests] == [None, None]


def test_the_next_source_is_tried(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("altered", checkpoint(2))
    server.serve("failing", b"", status=500)
    server.serve("good", content)
    urls = [server.url(path) for path in ("absent", "failing", "altered", "good")]
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, *urls)))
    assert store.pull("probe").files["a.pth"].source == server.url("good")


def test_all_sources_failing_names_each(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("altered", content[:-1] + b"x")
    urls = [server.url("absent"), server.url("altered"), "http://127.0.0.1:9/closed"]
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, *urls)))
    with pytest.raises(DownloadFailed) as caught:
        store.pull("probe")
    text = str(caught.value)
    assert "1 of 1 files" in text
    assert "absent: HTTP 404" in text
    assert "altered: a.pth has sha256" in text
    assert "127.0.0.1:9/closed" in text
    assert "weights import" in caught.value.hint
    assert not list((tmp_path / "probe").glob("*.safetensors"))


@pytest.mark.parametrize("with_length", [True, False])
@pytest.mark.parametrize("extra", [b"more", b""])
def test_a_file_of_another_size_is_not_kept(
    tmp_path: Path,
    server: Server,
    catalogue_of: CatalogueOf,
    entry: Entry,
    checkpoint: Checkpoint,
    with_length: bool,
    extra: bytes,
) -> None:
    content = checkpoint(1)
    sent = content + extra if extra else content[:-1]
    server.serve("a.pth", sent, with_length=with_length)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    with pytest.raises(DownloadFailed, match=f"{len(content)} are expected"):
        store.pull("probe")
    kept = sum(path.stat().st_size for path in (tmp_path / "probe" / ".incoming").iterdir())
    assert kept < len(content)


def test_an_endless_answer_is_stopped(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content + bytes(50_000_000), with_length=False)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    sizes: list[int] = []
    with pytest.raises(DownloadFailed, match="sends"):
        store.pull("probe", progress=lambda _name, done, _total: sizes.append(done))
    assert max(sizes, default=0) <= len(content)


def test_redirects_are_followed_but_not_without_end_nor_elsewhere(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("good", content)
    server.serve("moved", b"", location=server.url("good"))
    server.serve("circle", b"", location=server.url("circle"))
    server.serve("file", b"", location="file:///etc/passwd")
    urls = [server.url(path) for path in ("circle", "file", "moved")]
    WeightStore(tmp_path / "1", catalogue=catalogue_of(entry("a.pth", content, *urls))).pull("probe")
    with pytest.raises(DownloadFailed) as caught:
        WeightStore(tmp_path / "2", catalogue=catalogue_of(entry("a.pth", content, *urls[:2]))).pull("probe")
    assert "redirects" in str(caught.value)
    assert "leads to file" in str(caught.value)


def test_the_archive_gives_files_by_name(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint, tar_of: TarOf
) -> None:
    one, two = checkpoint(1), checkpoint(2)
    members = {"../../evil": b"x", "probe/notes.txt": b"x", "probe/a.pth": one, "probe/deep/b.pth": two}
    server.serve("probe.tar.gz", tar_of(members))
    catalogue = catalogue_of(
        entry("a.pth", one, known=False), entry("deep/b.pth", two), archive=server.url("probe.tar.gz")
    )
    made = WeightStore(tmp_path / "store", catalogue=catalogue).pull("probe")
    assert made.tensors("deep/b.pth").keys() == {"weight", "bias"}
    assert made.unlisted == ("a.pth",)
    assert len(server.requests) == 1
    assert {path.name for path in tmp_path.iterdir()} == {"store"}


def test_what_the_archive_lacks_comes_from_the_authors(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint, tar_of: TarOf
) -> None:
    one, two, three = checkpoint(1), checkpoint(2), checkpoint(3)
    server.serve("probe.tar.gz", tar_of({"probe/a.pth": one, "probe/b.pth": three}))
    for name, content in (("b.pth", two), ("c.pth", three)):
        server.serve(name, content)
    files = [
        entry("a.pth", one),
        entry("b.pth", two, server.url("b.pth")),
        entry("c.pth", three, server.url("c.pth")),
    ]
    made = WeightStore(tmp_path, catalogue=catalogue_of(*files, archive=server.url("probe.tar.gz"))).pull("probe")
    assert [made.files[name].source.rsplit("/", 1)[1] for name in ("a.pth", "b.pth", "c.pth")] == [
        "probe.tar.gz",
        "b.pth",
        "c.pth",
    ]


def test_links_and_damage_in_an_archive_are_refused(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint, tar_of: TarOf
) -> None:
    content = checkpoint(1)
    (tmp_path / "secret").write_bytes(content)
    opened = io.BytesIO()
    with tarfile.open(fileobj=opened, mode="w:gz") as archive:
        link = tarfile.TarInfo("probe/a.pth")
        link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path / "secret")
        archive.addfile(link)
    server.serve("link.tar.gz", opened.getvalue())
    server.serve("cut.tar.gz", tar_of({"probe/a.pth": content})[:9000])
    server.serve("text.tar.gz", b"not packed at all" * 99)
    for name, reason in (("link", "does not hold a.pth"), ("cut", "cannot be read"), ("text", "cannot be read")):
        catalogue = catalogue_of(entry("a.pth", content), archive=server.url(f"{name}.tar.gz"))
        with pytest.raises(DownloadFailed, match=reason):
            WeightStore(tmp_path / name, catalogue=catalogue).pull("probe")


def test_an_archive_with_an_oversized_member_or_header_is_refused(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint, tar_of: TarOf
) -> None:
    content = checkpoint(1)
    opened = io.BytesIO()
    with tarfile.open(fileobj=opened, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        info = tarfile.TarInfo("probe/a.pth")
        info.pax_headers = {"comment": "x" * 2_000_000}
        archive.addfile(info)
    server.serve("header.tar.gz", opened.getvalue())
    server.serve("member.tar.gz", tar_of({"probe/a.pth": content + bytes(10_000)}))
    for name, reason in (("header", "a header of"), ("member", f"more than {len(content)} bytes")):
        catalogue = catalogue_of(entry("a.pth", content), archive=server.url(f"{name}.tar.gz"))
        with pytest.raises(DownloadFailed, match=reason):
            WeightStore(tmp_path / name, catalogue=catalogue).pull("probe")


def test_the_mirror_is_asked_first_and_checked(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    one, two = checkpoint(1), checkpoint(2)
    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "a.pth").write_bytes(one)
    (mirror / "b.pth").write_bytes(checkpoint(3))
    server.serve("b.pth", two)
    catalogue = catalogue_of(entry("a.pth", one, server.url("a.pth")), entry("b.pth", two, server.url("b.pth")))
    made = WeightStore(tmp_path / "store", mirror=mirror, catalogue=catalogue).pull("probe")
    assert made.files["a.pth"].source == "mirror"
    assert made.files["b.pth"].source == server.url("b.pth")
    assert [path for path, _ in server.requests] == ["/b.pth"]
    assert (mirror / "a.pth").exists()


def test_published_mesonet_files_through_the_mirror(tmp_path: Path, shared: Path) -> None:
    made = WeightStore(tmp_path, mirror=shared / "weights").pull("mesonet")
    assert len(made.files) == 4
    assert made.unlisted == ()
    assert made.tensors("mesonet_MesoInception_DF.h5")["conv2d_9/conv2d_9/kernel:0"].shape == (1, 1, 11, 4)
    assert all(found.ok for found in WeightStore(tmp_path).verify())


def test_terms_that_are_not_open_must_be_accepted(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content)
    catalogue = catalogue_of(entry("a.pth", content, server.url("a.pth")), licence="not stated")
    store = WeightStore(tmp_path, catalogue=catalogue)
    with pytest.raises(LicenceNotAccepted, match="not stated") as caught:
        store.pull("probe")
    assert "fakefinder weights pull probe --accept-licence" in caught.value.hint
    assert server.requests == []
    made = store.pull("probe", accept_licence=True)
    assert store.pull("probe") == made  # nothing is fetched, so nothing is to be accepted


def test_a_sha256_that_was_not_known_is_pinned(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", b"", server.url("a.pth"), known=False)))
    made = store.pull("probe")
    assert made.unlisted == ("a.pth",)
    (made.folder / "a.pth.safetensors").unlink()
    server.serve("a.pth", checkpoint(2))
    with pytest.raises(DownloadFailed, match="an earlier pull saw"):
        store.pull("probe")
    server.serve("a.pth", content)
    assert store.pull("probe").sha256 == made.sha256


def test_nothing_becomes_active_where_the_check_fails(
    tmp_path: Path, server: Server, catalogue_of: CatalogueOf, entry: Entry, checkpoint: Checkpoint
) -> None:
    content = checkpoint(1)
    server.serve("a.pth", content)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    seen: list[list[str]] = []

    def check(weights: ActiveWeights) -> None:
        seen.append(sorted(weights.tensors("a.pth")))
        raise WeightsKeysDiffer("another net")

    with pytest.raises(WeightsKeysDiffer):
        store.pull("probe", check=check)
    assert seen == [["bias", "weight"]]
    assert store.versions("probe") == ()
    with pytest.raises(WeightsMissing):
        store.active("probe")


@pytest.mark.parametrize(("content", "error"), [(b"\x80\x02cposix\nsystem\n.", WeightsUnsafe), (b"", WeightsTruncated)])
def test_a_pulled_file_that_cannot_be_read_keeps_its_own_error(
    tmp_path: Path,
    server: Server,
    catalogue_of: CatalogueOf,
    entry: Entry,
    content: bytes,
    error: type[Exception],
) -> None:
    server.serve("a.pth", content)
    store = WeightStore(tmp_path, catalogue=catalogue_of(entry("a.pth", content, server.url("a.pth"))))
    with pytest.raises(error):
        store.pull("probe")
    assert store.versions("probe") == ()
    with pytest.raises(error):
        store.pull("probe")
    assert len(server.requests) == 2, "a file that cannot be read was kept"


def test_a_detector_without_published_weights_is_told_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissing) as caught:
        WeightStore(tmp_path).pull("mine")
    assert "weights import mine FOLDER --unlisted" in caught.value.hint
