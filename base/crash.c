#include "base/crash.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"

void crash_point(const char *name)
{
    static long times;
    const char *at = settings.crash_at;
    if (at == NULL || at[0] == '\0')
        return;
    size_t length = strlen(name);
    if (strncmp(at, name, length) != 0 || (at[length] != '\0' && at[length] != ':'))
        return;
    if (at[length] == ':' && ++times < strtol(at + length + 1, NULL, 10))
        return;
    kill(getpid(), SIGKILL);
}
