"""Run a program that ends together with its parent: `tether.py PARENT SIGNAL USER PROGRAM ARGUMENT...`.

The kernel sends SIGNAL to the program when its parent ends, SIGKILL included (Linux, `prctl(2)` PR_SET_PDEATHSIG). The
program replaces this process and keeps the process id. USER is the account to switch to, or `-` for none: PostgreSQL
refuses to run as root.

Callers run this file by path with `python -I -S`: it imports only the standard library, and starts in some 20 ms.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, signal_number, user, *command = sys.argv[1:]
    if user != "-":
        switch_to(user)
    if sys.platform == "linux":
        # After the switch, because a change of user clears the setting.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal_number), 0, 0, 0)
    if os.getppid() != int(parent):
        sys.exit("the parent ended before its child was tied to it")
    os.execv(command[0], command)  # noqa: S606 # the caller's own command line, never a shell


def switch_to(user: str) -> None:
    """Drop root's rights for those of `user`, its groups included."""
    account = pwd.getpwnam(user)
    os.initgroups(user, account.pw_gid)
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    os.environ.update(HOME=account.pw_dir, USER=user, LOGNAME=user)


main()
