#include "base/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t own_offset;
static const volatile int64_t *offset_ms = &own_offset;

int64_t clock_wall_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + *offset_ms;
}

int64_t clock_mono_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t clock_mono_ms(void)
{
    return clock_mono_us() / 1000;
}

int clock_use_file(const char *path, struct err *err)
{
    if (path == NULL || path[0] == '\0')
        return 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(err, ERR_REJECT, "clock file %s: %s", path, strerror(errno));
    struct stat file;
    void *map = MAP_FAILED;
    if (fstat(fd, &file) == 0 && file.st_size >= (off_t)sizeof *offset_ms)
        map = mmap(NULL, sizeof *offset_ms, PROT_READ, MAP_SHARED, fd, 0);
    close(fd);
    if (map == MAP_FAILED)
        return err_set(err, ERR_REJECT, "clock file %s does not hold 8 bytes", path);
    offset_ms = map;
    return 0;
}

void clock_move(int64_t ms)
{
    own_offset += ms;
}

void clock_format(int64_t wall_ms, char text[CLOCK_TEXT_SIZE])
{
    int64_t millis = wall_ms % 1000;
    time_t seconds = (time_t)(wall_ms / 1000);
    if (millis < 0) {
        millis += 1000;
        seconds--;
    }
    struct tm utc;
    gmtime_r(&seconds, &utc);
    char day[CLOCK_TEXT_SIZE];
    if (strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &utc) == 0)
        day[0] = '\0';
    snprintf(text, CLOCK_TEXT_SIZE, "%.19s.%03dZ", day, (int)millis);
}
