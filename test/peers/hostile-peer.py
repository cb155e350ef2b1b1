# Peers that mean harm, one that does not, and their server.
#   ask HOST PORT COUNT PREFIX    means no harm: so many exchanges over four connections, /PREFIX/0 and on; prints "done"
#   serve HOST PORT               answers every request head that ends with "200 OK" and two bytes, and reads whatever else comes for ever
#   header HOST PORT              a request head that never ends, in pieces, until standard input does
#   bytes HOST PORT COUNT         a request whose body comes a byte a segment; prints "done"
#   idle HOST PORT COUNT ADDRESS  so many connections from ADDRESS, an exchange on each; for every line of standard input another on each
#   gap DEVICE MAC HOST PORT ADDRESS COUNT
#                                 forges a connection from ADDRESS that leaves out one byte and sends COUNT segments behind it; prints "done"
import os, random, resource, select, socket, struct, sys, time

mode = sys.argv[1]
say = lambda text: print(text, flush=True)

def raise_limit():
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))

def serve(host, port):
    raise_limit()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.listen(65535)
    listener.setblocking(False)
    epoll = select.epoll()
    epoll.register(listener.fileno(), select.EPOLLIN)
    peers, tails = {}, {}
    say('ready')
    while True:
        for fd, _ in epoll.poll():
            if fd == listener.fileno():
                try:
                    for _ in range(1000):
                        peer, _ = listener.accept()
                        peer.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                        peers[peer.fileno()], tails[peer.fileno()] = peer, b''
                        epoll.register(peer.fileno(), select.EPOLLIN)
                except BlockingIOError:
                    pass
                continue
            try:
                data = peers[fd].recv(65536)
            except OSError:
                data = b''
            if not data:
                epoll.unregister(fd)
                peers.pop(fd).close()
                tails.pop(fd)
                continue
            text = tails[fd] + data
            for _ in range(text.count(b'\r\n\r\n')):
                peers[fd].sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
            tails[fd] = text[-3:] if not text.endswith(b'\r\n\r\n') else b''

def exchange(s, path):
    s.sendall(b'GET %s HTTP/1.1\r\nHost: h\r\n\r\n' % path)
    left = 40
    while left > 0: left -= len(s.recv(left)) or sys.exit('closed')

def ask(host, port, count, prefix):
    peers = [socket.create_connection((host, port)) for _ in range(4)]
    for n in range(count):
        exchange(peers[n % 4], b'/%s/%d' % (prefix.encode(), n))
        if n % 20 == 0: time.sleep(0.01)
    say('done')

def header(host, port):
    s = socket.create_connection((host, port))
    s.sendall(b'GET /endless HTTP/1.1\r\nHost: h\r\nX-Endless: ')
    say('ready')
    while not select.select([sys.stdin], [], [], 0.002)[0]:
        s.sendall(b'e' * 16000)

def bytes_(host, port, count):
    s = socket.create_connection((host, port))
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    request = b'POST /bytes HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n' % count
    for at in range(len(request)): s.send(request[at:at + 1])
    say('ready')
    for n in range(count):
        s.send(b'x')
        if n % 500 == 0: time.sleep(0.01)
    say('done')
    sys.stdin.read()

def idle(host, port, count, address):
    raise_limit()
    peers = []
    for n in range(count):
        s = socket.socket()
        s.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        s.bind((address, 0))
        s.connect((host, port))
        exchange(s, b'/idle')
        peers.append(s)
    say('ready')
    for _ in sys.stdin:
        for s in peers: exchange(s, b'/again')
        say('done')

def gap(device, mac, host, port, address, count):
    raw = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0800))
    raw.bind((device, 0))
    raw.settimeout(5)
    own = raw.getsockname()[4]
    source, dest = socket.inet_aton(address), socket.inet_aton(host)
    from_port = random.randrange(20000, 30000)

    def total(data):
        if len(data) % 2: data += b'\0'
        words = sum(struct.unpack('!%dH' % (len(data) // 2), data))
        while words >> 16: words = (words & 65535) + (words >> 16)
        return ~words & 65535

    def send(seq, ack, flags, payload=b''):
        tcp = struct.pack('!HHIIBBHHH', from_port, port, seq & 0xffffffff, ack & 0xffffffff, 5 << 4, flags, 65535, 0, 0) + payload
        pseudo = source + dest + struct.pack('!BBH', 0, 6, len(tcp))
        tcp = tcp[:16] + struct.pack('!H', total(pseudo + tcp)) + tcp[18:]
        ip = struct.pack('!BBHHHBBH', 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0) + source + dest
        ip = ip[:10] + struct.pack('!H', total(ip)) + ip[12:]
        raw.send(bytes.fromhex(mac.replace(':', '')) + own + b'\x08\x00' + ip + tcp)

    seq = 1000
    send(seq, 0, 2)
    while True:
        answer = raw.recv(65536)
        at = 14 + (answer[14] & 15) * 4
        if answer[23] == 6 and answer[at + 2:at + 4] == struct.pack('!H', from_port) and answer[at + 13] & 18 == 18: break
    ack = struct.unpack('!I', answer[at + 4:at + 8])[0] + 1
    seq += 1
    send(seq, ack, 16)
    head = b'POST /gap HTTP/1.1\r\nHost: h\r\nContent-Length: 4000000000\r\n\r\n'
    send(seq, ack, 24, head)
    seq += len(head) + 1
    say('ready')
    for n in range(count):
        # Some overlap those before, some leave further bytes out.
        send(seq, ack, 24, b'g' * 1000)
        seq += random.choice((500, 1000, 1001, 3000))
        if n % 200 == 0: time.sleep(0.01)
    say('done')
    sys.stdin.read()

rest = [int(each) if each.isdigit() else each for each in sys.argv[2:]]
{'serve': serve, 'ask': ask, 'header': header, 'bytes': bytes_, 'idle': idle, 'gap': gap}[mode](*rest)
