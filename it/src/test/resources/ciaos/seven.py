"""The public client, as its users have it, runs all of its functions: URL with access key and secret, a scratch folder."""

import os
import sys
import threading

import ciaos

sys.path.insert(0, os.path.join(os.path.dirname(ciaos.__file__), "util"))  # The client decodes only so: its own defect.

from ciaos import Ciaos, Config  # noqa: E402

url, folder = sys.argv[1], sys.argv[2]


def client(user):
    return Ciaos(Config(api_url=url, user_id=user, user_access_key=""))


def same(found, expected, what):
    if found != expected:
        sys.exit(f"{what}: expected {expected!r}, found {found!r}")


def blobs(value):
    return None if value is None else [bytes(blob) for blob in value]


ann = client("ann")
path = os.path.join(folder, "hay.txt")
with open(path, "wb") as file:
    file.write(b"from a file")

same(ann.put(path).text, "Data uploaded successfully: key = hay.txt", "put")
same(blobs(ann.get("hay.txt")), [b"from a file"], "get after put")
same(ann.put(path, key="named").text, "Data uploaded successfully: key = named", "put with a key")
same(ann.put(path).text, "Key already exists", "put again")
same(ann.put(path).status_code, 400, "put again")

many = [b"", b"a", b"bc", b"x" * 70000, b"", bytes(range(256)) * 5000]
same(ann.put_binary("many", many).status_code, 200, "put_binary")
same(blobs(ann.get("many")), many, "get after put_binary")
same(ann.append("many", [b"more", b""]), "Data appended successfully: key = many", "append")
same(blobs(ann.get("many")), many + [b"more", b""], "get after append")
same(ann.update("many", [b"less"]).text, "Data uploaded successfully: key = many", "update")
same(blobs(ann.get("many")), [b"less"], "get after update")
same(ann.update_key("many", "few"), "Key updated successfully from many to few", "update_key")
same(ann.get("many"), None, "get of the old key")
same(blobs(ann.get("few")), [b"less"], "get of the new key")
same(
    ann.update_key("few", "named"),
    "Failed to update key: UNIQUE constraint failed: haystack.user, haystack.key",
    "update_key onto another",
)
same(ann.delete("few"), "File deleted successfully: key = few", "delete")
same(ann.delete("few"), "No data found for key: few, The key does not exist", "delete again")
same(client("../evil").put_binary("k", [b"inside"]).status_code, 200, "a user like a path")
same(blobs(client("../evil").get("k")), [b"inside"], "a user like a path")

# 16 writers at once, where the original mixes up their bytes.
wrong = []


def write(writer):
    one = client("ann")
    for i in range(10):
        value = [bytes([writer]) * (1000 * (i + 1)), bytes([i]) * 4096]
        one.put_binary(f"w{writer}-{i}", value)
        if blobs(one.get(f"w{writer}-{i}")) != value:
            wrong.append((writer, i))
        one.append("shared", [f"{writer}-{i}".encode()])


ann.put_binary("shared", [b"first"])
writers = [threading.Thread(target=write, args=(n,)) for n in range(16)]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
same(wrong, [], "values read back by 16 writers")
shared = sorted(blobs(ann.get("shared")))
same(shared, sorted([b"first"] + [f"{w}-{i}".encode() for w in range(16) for i in range(10)]), "appends of 16 writers")
print("all seven functions done")
