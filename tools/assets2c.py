#!/usr/bin/python3
"""Turns files that the API serves into C, so that a binary is all that has to be copied.

    tools/assets2c.py FILE…     YAML becomes JSON, named so; the rest stays as it is
"""

import hashlib
import json
import sys

import yaml


def c_string(data):
    lines = []
    for start in range(0, len(data), 60):
        piece = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
                        for byte in data[start:start + 60])
        lines.append(f'     "{piece}"')
    return "\n".join(lines).lstrip()


print('/* Made by tools/assets2c.py. */\n#include "api/assets.h"\n\nconst struct asset assets[] = {')
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".yaml"):
        data = json.dumps(yaml.safe_load(data), separators=(",", ":"), ensure_ascii=False).encode()
        path = path.removesuffix(".yaml") + ".json"
    tag = hashlib.sha256(data).hexdigest()[:16]
    print(f'    {{"{path}", "\\"{tag}\\"",\n     {c_string(data)},\n     {len(data)}}},')
print("};\n\nconst size_t asset_count = sizeof assets / sizeof *assets;")
