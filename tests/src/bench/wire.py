"""The network between a registry and those who pull from it: a TCP proxy on loopback that counts, and is as slow as it is told to be.

    wire.py serve PORT UPSTREAM-PORT CONTROL    serves until it is ended; CONTROL is the path of a socket
    wire.py rate CONTROL BYTES                  lets through at most so many bytes a second, 0: all that come
    wire.py count CONTROL                       prints the bytes and the requests since the last count
    wire.py log CONTROL                         prints a line for each request since the last count: seconds, bytes till the next, request

What goes to the clients shares one bucket of tokens over all connections, as it would share a line. Bytes are those of that direction,
heads included; requests are told by their request lines, which takes clear text.
"""
import asyncio, re, socket, sys, time

CHUNK = 64 * 1024
BURST = 64 * 1024


class Bucket:
    """Tokens come at a rate; who takes more than there are waits for them, in the order of asking."""

    def __init__(self):
        self.rate, self.tokens, self.filled = 0, BURST, time.monotonic()
        self.turn = asyncio.Lock()

    async def take(self, count):
        async with self.turn:
            if not self.rate:
                return
            now = time.monotonic()
            self.tokens = min(BURST, self.tokens + (now - self.filled) * self.rate)
            self.filled = now
            self.tokens -= count
            if self.tokens < 0:
                await asyncio.sleep(-self.tokens / self.rate)


class Requests:
    """Finds the request lines in what a client sends on one connection."""
    LENGTH = re.compile(rb'\r\ncontent-length: *([0-9]+)', re.IGNORECASE)
    RANGE = re.compile(rb'\r\nrange: *([^\r]+)', re.IGNORECASE)

    def __init__(self, counts):
        self.counts, self.head, self.body = counts, b'', 0

    def feed(self, data):
        while data:
            if self.body:
                skipped = min(self.body, len(data))
                self.body -= skipped
                data = data[skipped:]
                continue
            self.head += data
            end = self.head.find(b'\r\n\r\n')
            if end < 0:
                return
            head, data, self.head = self.head[:end], self.head[end + 4:], b''
            length, span = self.LENGTH.search(head), self.RANGE.search(head)
            self.body = int(length.group(1)) if length else 0
            line = head.split(b'\r\n', 1)[0] + (b' ' + span.group(1) if span else b'')
            self.counts.requests.append((time.monotonic(), self.counts.bytes, line.decode('latin-1')))


class Counts:
    def __init__(self):
        self.clear()

    def clear(self):
        self.bytes, self.requests, self.since = 0, [], time.monotonic()

    def log(self):
        before = [r[1] for r in self.requests[1:]] + [self.bytes]
        return ''.join(f'{at - self.since:.4f} {then - sent} {line}\n' for (at, sent, line), then in zip(self.requests, before))


class Proxy:
    def __init__(self, upstream):
        self.upstream, self.bucket, self.counts = upstream, Bucket(), Counts()

    async def connected(self, reader, writer):
        try:
            up_reader, up_writer = await asyncio.open_connection('127.0.0.1', self.upstream, limit=CHUNK)
        except OSError:
            writer.close()
            return
        # What lies in this machine's buffers has been counted, and is not there yet: let that be little.
        writer.get_extra_info('socket').setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2 * CHUNK)
        ways = [asyncio.ensure_future(self.up(reader, up_writer)), asyncio.ensure_future(self.down(up_reader, writer))]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for end in (writer, up_writer):
            end.close()

    async def up(self, reader, writer):
        requests = Requests(self.counts)
        while data := await reader.read(CHUNK):
            requests.feed(data)
            writer.write(data)
            await writer.drain()

    async def down(self, reader, writer):
        while data := await reader.read(CHUNK):
            await self.bucket.take(len(data))
            self.counts.bytes += len(data)
            writer.write(data)
            await writer.drain()

    async def control(self, reader, writer):
        word, *rest = (await reader.readline()).decode().split()
        if word == 'rate':
            self.bucket.rate = int(rest[0])
        elif word == 'count':
            writer.write(f'{self.counts.bytes} {len(self.counts.requests)}\n'.encode())
        elif word == 'log':
            writer.write(self.counts.log().encode())
        if word != 'rate':
            self.counts.clear()
        await writer.drain()
        writer.close()


async def serve(port, upstream, control):
    proxy = Proxy(upstream)
    await asyncio.start_unix_server(proxy.control, control)
    await asyncio.start_server(proxy.connected, '127.0.0.1', port, limit=CHUNK)
    await asyncio.Event().wait()  # the signal that ends it, ends it at once


def ask(control, *words):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(control)
        s.sendall((' '.join(words) + '\n').encode())
        while data := s.recv(CHUNK):
            sys.stdout.write(data.decode())


if __name__ == '__main__':
    what, *rest = sys.argv[1:]
    if what == 'serve':
        asyncio.run(serve(int(rest[0]), int(rest[1]), rest[2]))
    else:
        ask(rest[0], what, *rest[1:])
