#include "base/crash.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/settings.h"

/* NAME[:N[:PATH]] */
void crash_point(const char *name)
{
    static long times;
    const char *at = settings.crash_at;
    if (at == NULL || at[0] == '\0')
        return;
    size_t length = strlen(name);
    if (strncmp(at, name, length) != 0 || (at[length] != '\0' && at[length] != ':'))
        return;
    const char *number = at + length + (at[length] == ':'), *path = strchr(number, ':');
    if (*number != '\0' && ++times < strtol(number, NULL, 10))
        return;
    if (path != NULL && open(path + 1, O_CREAT | O_EXCL | O_CLOEXEC, 0600) < 0)
        return; /* another process was here before */
    kill(getpid(), SIGKILL);
}
