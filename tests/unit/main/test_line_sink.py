"""Lines written from a thread: in order, whole, counted when they are lost."""

import errno
import os
import threading
from pathlib import Path

from ostiary.main.serving import line_sink
from ostiary.main.serving.line_sink import AppendedFile, LineSink, StandardOutput


def gap(lost: int) -> bytes:
    return b"lost %d\n" % lost


class Disk:
    """A target that takes a few bytes at a time and has so much room."""

    def __init__(self, room: int, piece: int = 1000) -> None:
        self.room = room
        self.piece = piece
        self.content = b""

    def write(self, lines: memoryview) -> int:
        taken = min(len(lines), self.piece, self.room)
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        self.content += bytes(lines[:taken])
        self.room -= taken
        return taken


class Door:
    """A target that holds up its writer until it is opened."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.reached = threading.Event()
        self.content = bytearray()

    def write(self, lines: memoryview) -> int:
        self.reached.set()
        self.opened.wait()
        self.content += lines
        return len(lines)


def test_batches_are_written_in_order_however_small_the_pieces() -> None:
    disk = Disk(room=1000, piece=3)
    sink = LineSink("disk", disk, gap)
    for number in range(20):
        sink.put(b"line %d\n" % number)
    sink.close(5)

    assert disk.content == b"".join(b"line %d\n" % number for number in range(20))
    assert sink.lost_lines == 0


def test_a_full_disk_is_counted_and_told_where_the_lines_are_missing() -> None:
    disk = Disk(room=8)
    sink = LineSink("disk", disk, gap)
    sink.put(b"line 1\nline 2\nline 3\n")
    wait_until_taken(sink)

    assert (sink.is_failing, sink.lost_lines) == (True, 2)

    disk.room = 1000
    sink.put(b"line 4\n")
    sink.close(5)

    assert disk.content == b"line 1\nl\nlost 2\nline 4\n"
    assert (sink.is_failing, sink.lost_lines) == (False, 2)


def test_a_probe_writes_the_gap_alone() -> None:
    disk = Disk(room=0)
    sink = LineSink("disk", disk, gap)
    sink.put(b"line 1\n")
    wait_until_taken(sink)
    disk.room = 1000
    sink.put(b"")
    sink.close(5)

    assert disk.content == b"lost 1\n"
    assert not sink.is_failing


def wait_until_taken(sink: LineSink) -> None:
    """Wait for the thread: what it does is over when a second batch would be taken."""
    while not sink._batches.empty() or sink._put_bytes != sink._taken_bytes:
        threading.Event().wait(0.005)


def test_a_target_that_hangs_costs_lines_and_no_memory() -> None:
    door = Door()
    sink = LineSink("door", door, gap)
    batch = b"x" * 1023 + b"\n"
    sink.put(batch)
    assert door.reached.wait(5)
    for _ in range(2 * line_sink.MAX_PENDING_BYTES // len(batch)):
        sink.put(batch)

    assert sink.lost_lines > 0
    assert sink._put_bytes - sink._taken_bytes <= line_sink.MAX_PENDING_BYTES

    door.opened.set()
    sink.close(10)
    assert door.content.count(b"\n") >= line_sink.MAX_PENDING_BYTES // len(batch)


def test_a_hanging_target_does_not_hold_up_the_end() -> None:
    door = Door()
    sink = LineSink("door", door, gap)
    sink.put(b"line\n")
    sink.close(0.05)

    assert not door.content
    door.opened.set()


def test_a_file_that_was_moved_away_is_opened_anew(tmp_path: Path) -> None:
    path, moved = tmp_path / "audit", tmp_path / "audit.1"
    target = AppendedFile(path)
    target.write(memoryview(b"line 1\n"))
    path.rename(moved)
    target.write(memoryview(b"line 2\n"))

    assert moved.read_bytes() == b"line 1\n"
    assert path.read_bytes() == b"line 2\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_writers_of_several_processes_append(tmp_path: Path) -> None:
    one, other = AppendedFile(tmp_path / "audit"), AppendedFile(tmp_path / "audit")
    one.write(memoryview(b"line 1\n"))
    other.write(memoryview(b"line 2\n"))
    one.write(memoryview(b"line 3\n"))

    assert (tmp_path / "audit").read_bytes() == b"line 1\nline 2\nline 3\n"


def test_a_pipe_gets_whole_lines_in_pieces_that_it_takes_at_once() -> None:
    reader, writer = os.pipe()
    lines = memoryview(b"".join(b"%0100d\n" % number for number in range(100)))
    taken = StandardOutput(writer).write(lines)
    received = os.read(reader, 1 << 16)
    os.close(reader)
    os.close(writer)

    assert len(received) == taken <= 4096
    assert received.endswith(b"\n")
    assert taken + 101 > 4096


def test_a_line_longer_than_a_piece_goes_out_whole() -> None:
    reader, writer = os.pipe()
    line = b"x" * 5000 + b"\n"
    taken = StandardOutput(writer).write(memoryview(line + b"next\n"))
    os.close(reader)
    os.close(writer)

    assert taken == len(line)
