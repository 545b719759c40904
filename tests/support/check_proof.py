"""Checks a proof of the journal by docs/audit.md alone, with Python's standard library: check_proof.py KEY < proof.json

Prints what is proven and exits 0, or says what does not hold and exits 1. It takes more proofs behind the first too. The arithmetic of the signature is that of
RFC 8032 section 5.1, in its plain and slow form, which is enough for signatures of others.
"""
import base64
import hashlib
import json
import sys

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, -1, P) % P


def require(holds, otherwise):
    if not holds:
        raise ValueError(otherwise)


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


def open_note(note, key):
    """The origin, size and root of a checkpoint that the key has signed."""
    name, key_id, encoded = key.split("+", 2)
    kind_and_public = base64.b64decode(encoded, validate=True)
    require(kind_and_public[0] == 1, "the key is not of Ed25519")
    require(sha256(name.encode() + b"\n" + kind_and_public)[:4].hex() == key_id, "the key is not whole")
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        dash, signer, encoded = line.split(" ")
        signed = base64.b64decode(encoded, validate=True)
        if dash == "\u2014" and signer == name and signed[:4].hex() == key_id:
            require(signature_holds(kind_and_public[1:], signed[4:], text.encode()), "the signature is wrong")
            origin, size, root = text.splitlines()
            require(origin == name or origin.startswith(name + "/from/"), "another tree")
            return origin, int(size), base64.b64decode(root, validate=True)
    raise ValueError("the key has not signed it")


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


def check(proof, key):
    require(proof["format"] == 1, "another format")
    origin, size, root = open_note(proof["checkpoint"], key)
    path = [base64.b64decode(step, validate=True) for step in proof["path"]]
    if proof["kind"] == "inclusion":
        record = json.loads(proof["record"])
        begins = int(origin.rpartition("/from/")[2]) if "/from/" in origin else 1
        require(record["seq"] == proof["seq"] == begins + proof["index"], "another record")
        require(included(proof["index"], size, leaf(proof["record"].encode()), path) == root, "another root")
        return f"record {proof['seq']} is in the tree of {size} records of {origin}"
    require(proof["kind"] == "consistency", "another kind of proof")
    old_root = base64.b64decode(proof["fromRoot"], validate=True)
    require(consistent(proof["from"], old_root, size, path) == root, "another root")
    return f"the tree of {proof['from']} records is the beginning of that of {size} records of {origin}"


def verdicts(text, key):
    """For each proof in the text whether it holds, and what is to be said of it."""
    while text := text.lstrip():
        try:
            proof, end = json.JSONDecoder().raw_decode(text)
            text = text[end:]
            yield True, check(proof, key)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            yield False, f"does not hold: {error}"
            if isinstance(error, json.JSONDecodeError):
                return


if __name__ == "__main__":
    found = list(verdicts(sys.stdin.read(), sys.argv[1]))
    print("\n".join(said for _, said in found))
    sys.exit(0 if found and all(holds for holds, _ in found) else 1)
