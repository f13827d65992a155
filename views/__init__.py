"""The screens: widgets that draw states and call view models. Nothing here knows a service or a department's protocol."""

from __future__ import annotations

import builtins
import linecache

import PySide6.QtCore  # noqa: F401 - this puts its own import in place

# PySide6 reads the source of every module that is imported after it, to see whether it may want its ``__feature__`` switches, and
# linecache keeps all of it: with this desk's libraries 19 MiB, and a quarter of the time of each import. Nobody here uses them.
builtins.__import__ = getattr(builtins, "__orig_import__", builtins.__import__)
linecache.clearcache()
