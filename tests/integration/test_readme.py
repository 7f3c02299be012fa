"""README's walk with curl, line by line, as a reader would paste it."""

import os
import re
import shlex
import subprocess

from support.program import ROOT, clean_environment


def walk():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1
    return blocks[0]


def test_the_walk_with_curl_works_as_it_stands(instance, tmp_path):
    (tmp_path / "var").mkdir()
    settings = "".join(f"export {name}={shlex.quote(value)}\n" for name, value in instance.settings.items())
    (tmp_path / "var" / "env").write_text(settings)
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", walk()], cwd=tmp_path, env=clean_environment({}), capture_output=True,
                          text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr + done.stdout
    assert '"Corner Café"' in done.stdout and '"Salary Loomworks Ltd"' in done.stdout
    assert re.search(r'"state": ?"done"', done.stdout)
    assert re.search(r'"net": ?"2745.80"', done.stdout)


def test_every_file_that_readme_names_is_there():
    with open(os.path.join(ROOT, "README.md"), encoding="utf-8") as file:
        links = re.findall(r"\]\(([^):]+)\)", file.read())
    assert links
    for link in links:
        assert os.path.exists(os.path.join(ROOT, link)), link
