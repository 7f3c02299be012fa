/* make bench-queue [JSON=1] [ONLY=lists|depth|effects|times] */
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/settings.h"
#include "bench/queue/bench.h"

int main(void)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } benches[] = {
        {"lists", bench_lists}, {"depth", bench_depth}, {"effects", bench_effects}, {"times", bench_times}};
    struct err err;
    const char *only = getenv("ONLY");
    signal(SIGPIPE, SIG_IGN);
    if (sodium_init() < 0 || settings_load(&err) != 0)
        fail("%s", err.text);
    for (size_t i = 0; i < sizeof benches / sizeof *benches; i++)
        if (only == NULL || strcmp(only, benches[i].name) == 0)
            benches[i].run();
    report_print();
    server_stop_all();
    return 0;
}
