"""What can be checked of compose/ without an engine: it parses, and it agrees with the settings and the package list."""

import glob
import os
import re
import shutil
import subprocess

import pytest
import yaml

from support.instance import run_purser
from support.program import ROOT, binary

COMPOSE = os.path.join(ROOT, "compose")


def packages(group):
    with open(os.path.join(ROOT, "tools", "packages.txt"), encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    return {row[0] for row in rows if row[1] == group}


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    """The file as docker-compose understands it, with the secrets that secrets.sh makes."""
    folder = tmp_path_factory.mktemp("compose") / "compose"
    shutil.copytree(COMPOSE, folder, ignore=shutil.ignore_patterns("secrets", ".env"))
    for _ in range(2):  # a second run leaves the first one's secrets
        subprocess.run([folder / "secrets.sh"], check=True, capture_output=True)
    done = subprocess.run(["docker-compose", "--profile", "mail", "-f", "compose.yaml", "config"], cwd=folder,
                          capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    password = (folder / "secrets" / "database_password").read_text()
    assert len(password) == 48 and password in (folder / "secrets" / "database_url").read_text()
    assert (folder / "secrets").stat().st_mode & 0o077 == 0
    return yaml.safe_load(done.stdout)


def test_all_services_are_there_and_say_how_they_are(config):
    services = config["services"]
    assert set(services) == {"redis", "postgres", "prepare", "api", "worker", "scheduler", "mailpit"}
    for name in set(services) - {"prepare"}:
        assert services[name]["healthcheck"]["test"], name
    assert services["mailpit"]["profiles"] == ["mail"]


def test_every_setting_is_one_of_the_table(config):
    known = set(re.findall(r"^  (PURSER_\w+)=", run_purser("settings").stdout, re.MULTILINE))
    assert "PURSER_DATABASE_URL" in known
    used = {name for service in config["services"].values() for name in service.get("environment", {})}
    with open(os.path.join(COMPOSE, "Dockerfile"), encoding="utf-8") as file:
        used |= set(re.findall(r"\b(PURSER_\w+)=", file.read()))
    ours = {re.sub(r"_FILE$", "", name) for name in used if name.startswith("PURSER_")}
    assert ours and ours <= known, ours - known
    with open(os.path.join(COMPOSE, "env.example"), encoding="utf-8") as file:
        examples = set(re.findall(r"^#?(PURSER_\w+)=", file.read(), re.MULTILINE))
    assert examples - known == {"PURSER_BIND", "PURSER_PORT"}  # these two are compose.yaml's own


def test_secrets_are_files_and_redis_keeps_what_it_acknowledged(config):
    for name, service in config["services"].items():
        for key, value in (service.get("environment") or {}).items():
            if re.search("PASSWORD|DATABASE_URL", key):
                assert key.endswith("_FILE") and value.startswith("/run/secrets/"), (name, key)
    command = " ".join(config["services"]["redis"]["command"])
    assert "--appendonly yes --appendfsync always --maxmemory-policy noeviction" in command


def test_the_image_installs_the_packages_of_the_list_and_no_others():
    with open(os.path.join(COMPOSE, "Dockerfile"), encoding="utf-8") as file:
        text = file.read()
    assert "apt-get" not in text
    assert re.findall(r"^RUN \S*bootstrap\.sh (\w+)", text, re.MULTILINE) == ["build", "library"]
    assert re.search(r"^USER (?!root)\w+", text, re.MULTILINE)


def test_the_library_group_is_what_the_programs_load():
    """Every shared library that a program names, except libc's, comes from a package of the group."""
    wanted = set()
    programs = sorted(glob.glob(binary("purser*")))
    assert binary("purser") in programs
    for program in programs:
        done = subprocess.run(["objdump", "-p", program], capture_output=True, text=True, check=True)
        names = set(re.findall(r"NEEDED +(\S+)", done.stdout))
        loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
        for name, path in re.findall(r"(\S+) => (/\S+)", loaded):
            if name in names:
                wanted.add(os.path.realpath(path))
    owners = set()
    for path in wanted:
        for candidate in (path, path.replace("/usr/lib", "/lib"), path.replace("/lib/", "/usr/lib/", 1)):
            done = subprocess.run(["dpkg-query", "-S", candidate], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                owners.add(done.stdout.split(":")[0])
                break
        else:
            pytest.fail(f"no package owns {path}")
    owners -= {"libc6", "libgcc-s1", "libstdc++6", "libasan8", "libubsan1", "libasan6"}
    assert owners <= packages("library"), owners - packages("library")


def test_the_list_names_each_package_once_and_in_a_known_group():
    with open(os.path.join(ROOT, "tools", "packages.txt"), encoding="utf-8") as file:
        rows = [line.split() for line in file if line.strip() and not line.startswith("#")]
    names = [row[0] for row in rows]
    assert len(names) == len(set(names))
    assert {row[1] for row in rows} == {"build", "library", "server", "test", "browser", "tool"}


def test_bootstrap_is_done_in_under_a_second_when_nothing_is_missing():
    done = subprocess.run([os.path.join(ROOT, "tools", "bootstrap.sh"), "build", "server", "test", "browser"], capture_output=True,
                          text=True, timeout=1, check=True)
    assert done.stdout == ""


def test_bootstrap_refuses_a_group_that_is_none():
    done = subprocess.run([os.path.join(ROOT, "tools", "bootstrap.sh"), "nonsense"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
