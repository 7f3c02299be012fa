#!/bin/sh
# The settings of a PostgreSQL that is made for Purser alone (tools/up.sh, tests, benches): NAME=VALUE, one a line. Durability is as
# it comes: fsync and synchronous_commit are on. What is more than the default buys uploads beside a million rows
# (bench/ingest.py): their index pages stay in memory, and are written to the log whole less often.
awk '/^MemTotal:/ {
    quarter = int($2 / 4 / 1024)
    buffers = quarter > 512 ? 512 : quarter < 128 ? 128 : quarter
    print "shared_buffers=" buffers "MB"
}' /proc/meminfo
cat <<END
max_wal_size=2GB
wal_compression=lz4
fsync=on
timezone=UTC
max_connections=200
END
