"""moto's S3 server, one request at a time, on a port that the system picks.

Moto looks whether a key exists and puts the object in two steps, with threads between them: of two writers both may win. Amazon's S3 does
it in one, and the fence of a shared state stands on that; so here each request is answered before the next one begins.

Moto's own server waits 10 ms behind each answer and closes the connection; waitress does neither.
"""

import logging
from threading import Lock

import waitress
from moto.moto_server.werkzeug_app import create_backend_app

# Of all of Amazon's services this one alone: looking for the right one takes moto longer than the answer.
moto = create_backend_app("s3")
busy = Lock()


def one_at_a_time(environ, start_response):
    with busy:
        return moto(environ, start_response)


# Requests that wait for their turn are as it should be.
logging.getLogger("waitress.queue").setLevel(logging.ERROR)
server = waitress.create_server(one_at_a_time, host="127.0.0.1", port=0, threads=32, connection_limit=4000)
print(f"listening on http://127.0.0.1:{server.effective_port}", flush=True)
server.run()
