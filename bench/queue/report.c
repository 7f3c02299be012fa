#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench/queue/bench.h"

static struct figure {
    char name[96];
    const char *unit;
    double value, wanted;
} figures[128];
static int count;

double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double percentile(double *values, size_t n, double share)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare);
    size_t at = (size_t)((double)n * share);
    return values[at >= n ? n - 1 : at];
}

static bool is_met(const struct figure *figure)
{
    return figure->wanted == 0 ||
           (figure->wanted > 0 ? figure->value >= figure->wanted : figure->value <= -figure->wanted);
}

void report_figure(const char *name, double value, const char *unit, double wanted)
{
    struct figure *figure = &figures[count++];
    snprintf(figure->name, sizeof figure->name, "%s", name);
    figure->unit = unit;
    figure->value = value;
    figure->wanted = wanted;
    if (getenv("JSON") == NULL) {
        printf("%-58s %14.2f %-10s", name, value, unit);
        if (wanted != 0)
            printf(" %s %.2f%s", wanted > 0 ? "wanted >=" : "wanted <=", wanted > 0 ? wanted : -wanted,
                   is_met(figure) ? "" : "   MISSED");
        putchar('\n');
        fflush(stdout);
    }
}

void report_print(void)
{
    if (getenv("JSON") == NULL)
        return;
    for (int i = 0; i < count; i++) {
        char name[96];
        memcpy(name, figures[i].name, sizeof name);
        for (char *c = name; *c != '\0'; c++)
            if ((*c < 'a' || *c > 'z') && (*c < '0' || *c > '9'))
                *c = '_';
        printf("%s\"%s\":%.3f", i == 0 ? "{" : ",", name, figures[i].value);
    }
    puts("}");
}
