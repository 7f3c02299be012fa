"""The statements of sql/queries as the programs have them: with what they include from sql/parts (tools/sql2c.awk)."""

import os
import re

from support.program import ROOT


def read_statement(name):
    path = os.path.join(ROOT, "sql", "queries", name + ".sql")
    with open(path, encoding="utf-8") as file:
        text = file.read()

    def included(match):
        with open(os.path.join(os.path.dirname(path), match[1]), encoding="utf-8") as part:
            return part.read()

    return re.sub(r"^\\ir (\S+)\n", included, text, flags=re.M)
