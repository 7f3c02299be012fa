# Turns sql/queries/NAME.sql into `const struct sql sql_NAME` and sql/migrations/NNNN_name.sql into the table
# sql_migrations. C goes to standard output, the declarations to the file named by -v header=.
# Comment lines that start a file are left out: they are for its reader, not for the server. A line `\ir PATH` stands for the
# file at that path from the folder of the file it is in, as psql has it: what several statements share is in sql/parts.

function quote(line) {
    gsub(/\\/, "&&", line)
    gsub(/"/, "\\\"", line)
    return "    \"" line "\\n\""
}

function finish() {
    if (name == "")
        return
    print (is_query ? "};" : "},")
}

BEGIN {
    print "/* Made by tools/sql2c.awk. */\n#include <stddef.h>\n\n#include \"sql.h\"\n"
    print "#ifndef SQL_H\n#define SQL_H\n\n/* Made by tools/sql2c.awk. */\n#include \"db/query.h\"\n" > header
}

FNR == 1 {
    finish()
    count = split(FILENAME, parts, "/")
    name = parts[count]
    sub(/\.sql$/, "", name)
    was_query = is_query
    is_query = FILENAME ~ /queries/
    in_head = is_query
    if (is_query) {
        if (migrations && !was_query)
            print "    {NULL, NULL}};\n"
        printf "const struct sql sql_%s = {\"%s\",\n", name, name
        printf "extern const struct sql sql_%s;\n", name > header
    } else {
        if (!migrations++)
            print "const struct sql sql_migrations[] = {"
        printf "    {\"%s\",\n", name
    }
}

function include(path,   line, status, starts) {
    starts = 1
    while ((status = (getline line < path)) > 0)
        if (!starts || line !~ /^--/) {
            starts = 0
            print quote(line)
        }
    if (status < 0) {
        print "sql2c: " FILENAME " includes " path ", which can't be read" > "/dev/stderr"
        failed = 1
        exit 1
    }
    close(path)
}

in_head && /^(--.*)?$/ { next }
/^\\ir / {
    folder = FILENAME
    sub(/[^\/]*$/, "", folder)
    include(folder $2)
    next
}
{ in_head = 0; print quote($0) }

END {
    if (failed)
        exit 1
    finish()
    if (migrations && !is_query)
        print "    {NULL, NULL}};"
    print "extern const struct sql sql_migrations[]; /* in order; ends with a NULL name */\n\n#endif" > header
}
