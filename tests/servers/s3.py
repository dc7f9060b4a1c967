"""moto's S3 server, one request at a time, on a port that the system picks.

Moto looks whether a key exists and puts the object in two steps, with threads between them. Amazon's S3 does it in one, and the fence
of a shared state stands on that; so here each request is answered before the next one begins.
"""

import logging
from threading import Lock

from moto.moto_server.werkzeug_app import MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

# Of all of Amazon's services this one alone: looking for the right one takes moto longer than the answer.
moto = create_backend_app("s3")
busy = Lock()


def one_at_a_time(environ, start_response):
    with busy:
        return moto(environ, start_response)


class Handler(MotoRequestHandler):
    # The head and the body of an answer are written one after the other; with Nagle's algorithm that takes 40 ms.
    disable_nagle_algorithm = True


logging.getLogger("werkzeug").setLevel(logging.ERROR)
server = make_server("127.0.0.1", 0, one_at_a_time, threaded=True, request_handler=Handler)
print(f"listening on http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
