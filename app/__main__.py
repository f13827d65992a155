"""The entry of ``civicdesk``: the desk at once, every other command by way of the command line's own library."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command of sys.argv. ``desk``, as staff start it, paints its window before any library is read that it does not need."""
    match sys.argv[1:]:
        case ["desk"]:
            site = None
        case ["desk", "--site", site] if not site.startswith("-"):
            pass
        case _:
            from app.commands import run

            sys.exit(run())
    try:
        from app.desk import run_desk

        code = run_desk(site)
    except BaseException as error:
        from app.commands import told

        code = told(error)
    sys.exit(code)


if __name__ == "__main__":
    from multiprocessing import freeze_support

    freeze_support()
    main()
