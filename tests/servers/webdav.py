"""A WebDAV server by PyPI's WsgiDAV: ``webdav.py PORT FOLDER USER PASSWORD``, on 127.0.0.1, with basic authentication."""

from __future__ import annotations

import sys

from cheroot import wsgi
from wsgidav.wsgidav_app import WsgiDAVApp

port, folder, user, password = sys.argv[1:]
application = WsgiDAVApp(
    {
        "provider_mapping": {"/dav": folder},
        "simple_dc": {"user_mapping": {"*": {user: {"password": password}}}},
        "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
        "property_manager": True,
        "lock_storage": True,
        "verbose": 1,
        "logging": {"enable": False},
        "dir_browser": {"enable": False},
    }
)
server = wsgi.Server(("127.0.0.1", int(port)), application, numthreads=12)
try:
    server.start()
except KeyboardInterrupt:
    server.stop()
