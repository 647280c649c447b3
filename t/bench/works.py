# SPDX-License-Identifier: Apache-2.0
# The works of the benchmark: what is sent, and how an answer is checked.
# For bench.py; the documents are the same in every run.
import json
import random
import xmlrpc.client

JSON = "application/json"
XML = "text/xml"


class Work:
    """One kind of request. check(bytes) returns what is wrong, or None."""

    def __init__(self, name, title, body, kind, check, query=""):
        self.name = name
        self.title = title
        self.body = body
        self.kind = kind
        self.check = check
        self.query = query
        self.method = "POST" if body is not None else "GET"


def items(length):
    """Mixed objects without nil, empty lists or numbers beyond 2^53, which
    some peers cannot give back; about length bytes of JSON."""
    dice = random.Random(3)
    words = ("alpha beta gamma delta epsilon zeta eta theta iota kappa "
             "k\u00e4se \u65e5\u672c \"quoted\" back\\slash <tag>&amp; "
             "two\nlines").split(" ")
    found = []
    size = 0
    while size < length:
        item = {
            "id": dice.randrange(1, 2000000000),
            "name": " ".join(dice.choice(words) for _ in range(4)),
            "price": dice.randrange(1, 10000000) / 1000.0,
            "active": dice.random() < 0.5,
            "tags": [dice.choice(words) for _ in range(3)],
            "position": {"x": dice.randrange(-1000, 1000) / 8.0,
                         "y": dice.randrange(-1000, 1000) / 8.0,
                         "layer": dice.randrange(64)},
            "text": "x%s" % ("lorem ipsum dolor " * dice.randrange(1, 6)),
        }
        found.append(item)
        size += len(json.dumps(item, separators=(",", ":"),
                               ensure_ascii=False).encode())
    return found


def same(got, want):
    """Equal, where 5.0 is 5 and a double may have lost its last digits."""
    if isinstance(want, bool) or isinstance(got, bool):
        return got is want
    if isinstance(want, (int, float)):
        return (isinstance(got, (int, float))
                and abs(got - want) <= 1e-9 * max(1.0, abs(want)))
    if isinstance(want, list):
        return (isinstance(got, list) and len(got) == len(want)
                and all(map(same, got, want)))
    if isinstance(want, dict):
        return (isinstance(got, dict) and got.keys() == want.keys()
                and all(same(got[k], want[k]) for k in want))
    return got == want


def brief(value):
    text = repr(value)
    return text if len(text) < 90 else text[:90] + "..."


def json_call(method, params, number=1):
    return {"jsonrpc": "2.0", "method": method, "params": params,
            "id": number}


def to_json(value):
    return json.dumps(value, separators=(",", ":"),
                      ensure_ascii=False).encode()


def check_json(want):
    def check(answer):
        got = json.loads(answer)
        if got.get("id") != 1 or not same(got.get("result"), want):
            return "expected the result %s, got %s" % (brief(want),
                                                       brief(got))
        return None
    return check


def check_batch(count):
    def check(answer):
        got = json.loads(answer)
        if not isinstance(got, list):
            return "expected a list, got " + brief(got)
        results = {one.get("id"): one.get("result") for one in got}
        if results != {i: i + 1 for i in range(count)}:
            return "expected %d results, got %s" % (count, brief(got))
        return None
    return check


def check_xml(want):
    def check(answer):
        got = xmlrpc.client.loads(answer)[0][0]
        if not same(got, want):
            return "expected the result %s, got %s" % (brief(want),
                                                       brief(got))
        return None
    return check


def check_literal(answer):
    got = answer.decode().strip()
    want = "{'res': 'response', 'data': '5'}"
    return None if got == want else "expected %s, got %s" % (want, brief(got))


def batch(count):
    body = to_json([json_call("add", [i, 1], i) for i in range(count)])
    return Work("batch-%d" % count, "a batch of %d calls" % count, body,
                JSON, check_batch(count))


def json_echo(length):
    document = items(length)
    return Work("json-%d" % length, "echo of %d bytes of JSON" % length,
                to_json(json_call("echo", [document])), JSON,
                check_json(document))


def xml_echo(length):
    # XML says the same in so many more bytes.
    document = items(length * 10 // 42)
    body = xmlrpc.client.dumps((document,), "echo", encoding="utf-8")
    return Work("xml-%d" % length, "echo of %d bytes of XML-RPC" % length,
                body.encode(), XML, check_xml(document))


def named(work, name, title):
    work.name = name
    work.title = title
    return work


def all_works():
    """W1 to W6, by name."""
    found = [
        Work("W1", "one small JSON-RPC call",
             to_json(json_call("add", [2, 3])), JSON, check_json(5)),
        named(batch(100), "W2", "a batch of 100 small JSON-RPC calls"),
        named(json_echo(1 << 20), "W3",
              "echo of a 1 MB JSON document of mixed objects"),
        Work("W4", "one small XML-RPC call",
             xmlrpc.client.dumps((2, 3), "add").encode(), XML, check_xml(5)),
        named(xml_echo(1 << 20), "W5", "echo of a 1 MB XML-RPC document"),
        Work("W6", "GET ?request=execute&data=add(2,3)", None, None,
             check_literal, "?request=execute&data=add(2,3)"),
    ]
    return {work.name: work for work in found}
