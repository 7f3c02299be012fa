"""What processes cost, by /proc."""

import os


def cpu(pid):
    """Seconds of CPU so far; 0 of a process that has ended, as PostgreSQL's workers do at any time."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii") as file:
            words = file.read().rsplit(")", 1)[1].split()
    except OSError:
        return 0
    return (int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK")


def memory_kb(pids):
    """Memory of them all together, what they share counted once (Pss)."""
    total = 0
    for pid in pids:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            total += sum(int(line.split()[1]) for line in file if line.startswith("Pss:"))
    return total


def backends(postgres):
    """The processes of PostgreSQL that serve or write."""
    root = postgres.process.pid
    found = [root]
    for name in os.listdir("/proc"):
        if name.isdigit():
            try:
                with open(f"/proc/{name}/stat", encoding="ascii") as file:
                    if int(file.read().rsplit(")", 1)[1].split()[1]) == root:
                        found.append(int(name))
            except OSError:
                pass
    return found
