"""Where the file may lie: on a local disk, readable by nobody else, and where it was opened."""

import os
import stat
from pathlib import Path

from ostiary.adapters.stores.backend import StoreRefusedError, unavailable

MOUNTS = Path("/proc/self/mounts")
MODE = 0o600
NETWORK_FILESYSTEMS = frozenset(
    {
        *("9p", "afs", "beegfs", "ceph", "cifs", "coda", "gfs2", "glusterfs", "gpfs", "lustre"),
        *("ncpfs", "nfs", "nfs4", "ocfs2", "orangefs", "smb3", "smbfs"),
        *("fuse.ceph", "fuse.gcsfuse", "fuse.glusterfs", "fuse.juicefs", "fuse.moosefs"),
        *("fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
    }
)


def prepare_file(path: Path, mounts: Path = MOUNTS) -> None:
    """Make the file if there is none, and see to its place and mode.

    Raises: StoreRefusedError for what is no file, for a file with several names, and for a network
    filesystem, where SQLite's locks and shared memory do not hold; UnavailableError when the file
    cannot be reached.
    """
    try:
        kind = filesystem_of(path.resolve(), mounts.read_text("utf-8", "surrogateescape"))
        if kind in NETWORK_FILESYSTEMS:
            raise StoreRefusedError(
                f"The store {path} lies on a network filesystem ({kind}), where SQLite loses data. "
                "Put it on a local disk, or use PostgreSQL."
            )
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NONBLOCK, MODE)
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise StoreRefusedError(f"The store {path} is a device or a pipe, not a file.")
            if os.fstat(descriptor).st_nlink > 1:
                raise StoreRefusedError(
                    f"The store {path} has a second name (a hard link), under which another server "
                    "could use it without seeing this one's log and lock. Remove the other name, "
                    "or copy the file."
                )
            # SQLite gives the files beside it the same mode.
            os.fchmod(descriptor, MODE)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise unavailable(f"{path}: {error.strerror}") from error


class Whereabouts:
    """Knows the file that a path led to when it was opened.

    Raises: UnavailableError when it leads to none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._opened = path.stat()
        except OSError as error:
            raise unavailable(f"{path}: {error.strerror}") from error

    def check_unmoved(self) -> None:
        """Refuse when the path leads elsewhere: what goes into the open file is lost.

        Raises: UnavailableError.
        """
        try:
            if os.path.samestat(self._opened, self._path.stat()):
                return
        except OSError:
            pass
        raise unavailable(
            f"{self._path} was moved, replaced or deleted; put it back or restart the server"
        )


def filesystem_of(path: Path, mounts: str) -> str | None:
    """Return the type of the filesystem that holds `path`, by the kernel's table of mounts."""
    deepest, kind = -1, None
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        point = Path(_unescape(fields[1]))
        # The last of several mounts on one point is the one that is seen.
        if path.is_relative_to(point) and len(point.parts) >= deepest:
            deepest, kind = len(point.parts), fields[2]
    return kind


def _unescape(field: str) -> str:
    for escaped, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        field = field.replace(escaped, character)
    return field
