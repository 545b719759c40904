"""Checks proofs of the journal by docs/audit.md alone, with Python's standard library:

    check_proof.py KEY < proof.json
    check_proof.py KEY proof.json ...

Prints what each proves, or what does not hold, and exits 0 where all of them hold, else 1; without a key, or where a file
cannot be read, it prints why and exits 2. The arithmetic of the signature
is that of RFC 8032 section 5.1, in its plain and slow form, which is enough for signatures of others.
"""
import base64
import hashlib
import json
import re
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P
# No name and no signature of a note has one of these.
SPACES = " \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"


def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


def from_base64(text, size=None):
    """Base64 has one form for some bytes: with padding, and with zeros in the bits that no byte takes."""
    data = base64.b64decode(text, validate=True)
    require(base64.b64encode(data).decode() == text and size in (None, len(data)), "not base64 of this length")
    return data


def count(value, least):
    """A JSON number that is whole; JSON has no integers of its own, and true is no number."""
    require(type(value) is float and value.is_integer() and least <= value < 2**53, "not a number in its range")
    return int(value)


def sha256(data):
    return hashlib.sha256(data).digest()


def recover_x(y, sign):
    x2 = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P != 0:
        x = x * pow(2, (P - 1) // 4, P) % P
    if y >= P or (x * x - x2) % P != 0 or (x == 0 and sign):
        raise ValueError("not a point of the curve")
    return P - x if x & 1 != sign else x


def point(data):
    number = int.from_bytes(data, "little")
    y = number & (2**255 - 1)
    return recover_x(y, number >> 255), y


def add(a, b):
    (x1, y1), (x2, y2) = a, b
    k = D * x1 * x2 * y1 * y2 % P
    x = (x1 * y2 + x2 * y1) * pow(1 + k, -1, P) % P
    return x, (y1 * y2 + x1 * x2) * pow(1 - k, -1, P) % P


def multiply(a, scalar):
    result = (0, 1)
    while scalar:
        if scalar & 1:
            result = add(result, a)
        a, scalar = add(a, a), scalar >> 1
    return result


def signature_holds(public, signature, message):
    if len(public) != 32 or len(signature) != 64:
        return False
    r, s = signature[:32], int.from_bytes(signature[32:], "little")
    h = int.from_bytes(hashlib.sha512(r + public + message).digest(), "little") % ORDER
    y = 4 * pow(5, -1, P) % P
    base = (recover_x(y, 0), y)
    return s < ORDER and multiply(base, s) == add(point(r), multiply(point(public), h))


def parse_key(key):
    """The name, the id and the bytes of a key as its line of text."""
    require(re.fullmatch(f"[^{SPACES}+]+[+][0-9a-f]{{8}}[+][^{SPACES}]+", key), "it is not name+id+key")
    name, key_id, encoded = key.split("+", 2)
    kind_and_public = from_base64(encoded, 33)
    require(kind_and_public[0] == 1, "it is not of Ed25519")
    require(sha256(name.encode() + b"\n" + kind_and_public)[:4].hex() == key_id, "it is not whole")
    return name, key_id, kind_and_public


def open_note(note, key):
    """The origin, first record, size and root of a checkpoint that the key has signed."""
    name, key_id, kind_and_public = parse_key(key)
    require(isinstance(note, str) and note.endswith("\n"), "not a note")
    note.encode()  # a lone surrogate has no bytes
    require(not re.search("[\x00-\x09\x0b-\x1f]", note), "a note has no control characters")
    text, _, signatures = note[:-1].rpartition("\n\n")
    text += "\n"
    lines = signatures.split("\n")
    require(len(lines) <= 100, "too many signatures")
    signed = 0
    for line in lines:
        found = re.fullmatch(f"\u2014 ([^{SPACES}]+) ([^{SPACES}]+)", line)
        require(found, "not a signature")
        signature = from_base64(found[2])
        require(len(signature) > 4, "not a signature")
        if found[1] == name and signature[:4].hex() == key_id:
            require(signature_holds(kind_and_public[1:], signature[4:], text.encode()), "the signature is wrong")
            signed += 1
    require(signed, "the key has not signed it")
    origin, size, root, *_ = text[:-1].split("\n")
    require(re.fullmatch("0|[1-9][0-9]{0,15}", size), "not a size")
    begins = int((re.search(r"/from/([1-9][0-9]{0,15})\Z", origin) or [0, 1])[1])
    require(origin == (name if begins == 1 else f"{name}/from/{begins}"), "another tree")
    return origin, begins, count(float(size), 0), from_base64(root, 32)


def leaf(line):
    return sha256(b"\x00" + line)


def node(left, right):
    return sha256(b"\x01" + left + right)


def included(index, size, hash_, path):
    """RFC 9162 section 2.1.3.2: the root that the path leads to."""
    require(0 <= index < size, "no such leaf")
    fn, sn = index, size - 1
    for step in path:
        require(sn > 0, "the path is too long")
        if fn & 1 or fn == sn:
            hash_ = node(step, hash_)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            hash_ = node(hash_, step)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0, "the path is too short")
    return hash_


def consistent(old, old_root, size, path):
    """RFC 9162 section 2.1.4.2: the root that the path leads to from the root of the earlier tree."""
    require(0 < old <= size, "no such size")
    if old == size:
        require(not path, "the path is too long")
        return old_root
    path = list(path) if old & (old - 1) else [old_root, *path]
    fn, sn = old - 1, size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for step in path[1:]:
        require(sn > 0, "the path is too long")
        if fn & 1 or fn == sn:
            fr, sr = node(step, fr), node(step, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node(sr, step)
        fn, sn = fn >> 1, sn >> 1
    require(sn == 0 and fr == old_root, "the path does not begin with the earlier tree")
    return sr


def parse(text):
    """JSON whose numbers are those of JavaScript."""
    return json.loads(text, parse_int=float, parse_constant=lambda name: require(False, f"{name} is not JSON"))


def require_flat(text):
    """At most 64 levels and 10,000 lists and objects: parsers have bounds of their own, and a proof has two levels."""
    depth, begun = 0, 0
    for bracket in re.findall(r"[][{}]", re.sub(r'"(?:[^"\\]|\\.)*"?', "", text)):
        depth, begun = (depth + 1, begun + 1) if bracket in "[{" else (depth - 1, begun)
        require(depth <= 64 and begun <= 10_000, "nests too deep, or has too many lists")


def check(text, key):
    require_flat(text)
    proof = parse(text)
    require(isinstance(proof, dict) and count(proof["format"], 1) == 1, "another format")
    require(isinstance(proof["path"], list), "the path is not a list")
    path = [from_base64(step, 32) for step in proof["path"]]
    origin, begins, size, root = open_note(proof["checkpoint"], key)
    if proof["kind"] == "inclusion":
        seq, index, line = count(proof["seq"], 1), count(proof["index"], 0), proof["record"]
        require(count(parse(line)["seq"], 1) == seq == begins + index, "another record")
        require(included(index, size, leaf(line.encode()), path) == root, "another root")
        return f"record {seq} is in the tree of {size} records of {origin}"
    require(proof["kind"] == "consistency", "another kind of proof")
    old = count(proof["from"], 1)
    require(consistent(old, from_base64(proof["fromRoot"], 32), size, path) == root, "another root")
    return f"the tree of {old} records is the beginning of that of {size} records of {origin}"


def verdict(data, key):
    """What the bytes of a proof prove, or why they do not, and which of the two it is."""
    try:
        return True, check(data.decode(), key)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError) as error:
        return False, f"does not hold: {error}"


def given(arguments):
    """The key and the bytes of the proofs; exits 2 where they are not to be had."""
    if not arguments:
        refuse("usage: check_proof.py KEY [proof.json ...], or the proof on stdin")
    try:
        parse_key(arguments[0])
    except ValueError as error:
        refuse(f"the key cannot be used: {error}")
    try:
        return arguments[0], [open(path, "rb").read() for path in arguments[1:]] or [sys.stdin.buffer.read()]
    except (OSError, ValueError) as error:
        refuse(f"cannot be read: {error}")


def refuse(why):
    print(why, file=sys.stderr)
    sys.exit(2)


if __name__ == "__main__":
    key, texts = given(sys.argv[1:])
    found = [verdict(text, key) for text in texts]
    print("\n".join(said for _, said in found))
    sys.exit(0 if all(holds for holds, _ in found) else 1)
