# SPDX-License-Identifier: Apache-2.0
# JSON against Python's json module, made strict: texts that were changed at
# random are accepted by both or by neither, and mean the same. Prints TAP;
# the seed is its second argument, if a failure is to be seen again.
import http.client
import json
import random
import sys
import urllib.parse

URL = urllib.parse.urlsplit(sys.argv[1])
ROUNDS = 40
IN_ROUND = 100
SEEDS = [
    b'{"a":[1,2.5,-0,1e5,"x\\u00e9\\n",true,false,null],"b":{"c":{}}}',
    b'"\\ud83d\\ude00 \xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"', b'-12.5e-3',
    b'[123456789012345678,-9223372036854775808,9223372036854775808]',
    b'[0.1,1E+2,0e0,-0.0e-0,1e400]', b' \t\r\n{"k" : "v" , "l":[ ] }',
    b'"\\"\\\\\\/\\b\\f\\n\\r\\t"', b'{"":"","\\u0061":1,"b":2}',
    b'[12345678901234567890.5,1.7976931348623157e308,4.9e-324]',
    b'[' + b'1' * 70 + b'.5]', b'[1,2,[3,[4,[]]]]',
]
PIECES = [
    b'"', b'\\', b'{', b'}', b'[', b']', b',', b':', b'0', b'1', b'9', b'-',
    b'+', b'.', b'e', b'E', b'\\u', b'\\u0000', b'\\ud800', b'\\udc00',
    b'\\u00', b'true', b'tru', b'null', b'NaN', b'Infinity', b' ', b'\n',
    b'\x00', b'\x01', b'\x7f', b'\x80', b'\xc3', b'\xa9', b'\xed\xa0\x80',
    b'\xf4\x90\x80\x80', b'\xc0\xaf', b'\xef\xbb\xbf', b'/*x*/', b'//',
    b"'", b'a', b'\x0b', b'\xc2\xa0', b'0x1', b'01', b'\\x41', b'\\a',
]


def changed(text):
    text = bytearray(text)
    for _ in range(random.choice([0, 1, 1, 1, 2, 3])):
        at = random.randint(0, len(text))
        how = random.randrange(4)
        if how == 0:
            text[at:at] = random.choice(PIECES)
        elif how == 1:
            del text[at:at + random.randint(1, 3)]
        elif how == 2:
            text[at:at + 1] = random.choice(PIECES)
        elif at < len(text):
            text[at] ^= 1 << random.randrange(8)
    return bytes(text)


class Refused(ValueError):
    """JSON, but no request: a name twice, or with a NUL."""


def read_int(text):
    number = int(text)
    if not -2**63 <= number < 2**63:
        raise ValueError('beyond 64 bits')
    return number


def read_double(text):
    number = float(text)
    if number in (float('inf'), float('-inf')):
        raise ValueError('beyond a double')
    return number


def read_word(word):
    raise ValueError(word)


def read(text):
    """The value of a text, or the code of the error."""
    doubtful = []

    def read_members(pairs):
        names = [name for name, value in pairs]
        if len(set(names)) < len(names) or any('\0' in n for n in names):
            doubtful.append(names)
        return dict(pairs)

    try:
        value = json.loads(text.decode('utf-8'), parse_int=read_int,
                           parse_float=read_double, parse_constant=read_word,
                           object_pairs_hook=read_members)
        # Half of a surrogate pair is no character.
        json.dumps(value, ensure_ascii=False).encode('utf-8')
    except ValueError:
        return -32700
    return -32600 if doubtful else [value]


connection = http.client.HTTPConnection(URL.hostname, URL.port, timeout=60)


def ask(text):
    connection.request('POST', '/spec', b'{"jsonrpc":"2.0","method":"echo",'
                       b'"params":{"x":' + text + b'},"id":1}',
                       {'Content-Type': 'application/json'})
    answer = json.loads(connection.getresponse().read())
    return answer['error']['code'] if 'error' in answer \
        else [answer['result']]


def same(one, other):
    # -0 is an int here and there; repr() tells -0.0 from 0.0, and True from 1.
    return repr(one) == repr(other)


seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(2**32)
random.seed(seed)
print('# seed %d' % seed)
accepted = 0
for number in range(1, ROUNDS + 1):
    wrong = []
    for _ in range(IN_ROUND):
        text = changed(random.choice(SEEDS))
        # What leaves its place in the request is another request.
        wanted = read(b'{"x":' + text + b'}')
        if isinstance(wanted, list):
            if list(wanted[0]) != ['x']:
                continue
            wanted = [wanted[0]['x']]
            accepted += 1
        got = ask(text)
        if not same(got, wanted):
            wrong.append((text, got, wanted))
    print('%s %d - texts as Python reads them'
          % ('not ok' if wrong else 'ok', number))
    for text, got, wanted in wrong:
        print('# %r: got %r, want %r' % (text, got, wanted))
print('%s %d - some were accepted'
      % ('ok' if accepted >= ROUNDS else 'not ok', ROUNDS + 1))
print('1..%d' % (ROUNDS + 1))
