# Joins the Lua files of the Redis Function library into one C string, `queue_functions_text`.
BEGIN { print "/* Made by tools/lua2c.awk. */\n#include \"queue/functions.h\"\n\nconst char queue_functions_text[] =" }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); print "    \"" $0 "\\n\"" }
END { print "    \"\";" }
