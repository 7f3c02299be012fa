#!/usr/bin/python3
"""Turns files that the API serves into C, so that a binary is all that has to be copied.

    tools/assets2c.py FILE…     YAML becomes JSON; asset_NAME has the content of NAME.SUFFIX
"""

import json
import os
import sys

import yaml


def c_string(data):
    lines = []
    for start in range(0, len(data), 60):
        piece = "".join(chr(byte) if 32 <= byte < 127 and chr(byte) not in '"\\?' else f"\\{byte:03o}"
                        for byte in data[start:start + 60])
        lines.append(f'    "{piece}"')
    return "\n".join(lines)


print('/* Made by tools/assets2c.py. */\n#include "api/assets.h"\n')
for path in sys.argv[1:]:
    name, suffix = os.path.splitext(os.path.basename(path))
    with open(path, "rb") as file:
        data = file.read()
    if suffix == ".yaml":
        data = json.dumps(yaml.safe_load(data), separators=(",", ":"), ensure_ascii=False).encode()
        suffix = ".json"
    print(f"const struct asset asset_{name}_{suffix[1:]} = {{\n{c_string(data)},\n    {len(data)}}};\n")
