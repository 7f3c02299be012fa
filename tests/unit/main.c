/* Runs every suite of tests/unit; the list is generated from the file names. `unit NAME` runs one. */
#include <check.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#define SUITE(name) Suite *name##_suite(void);
#include "unit_suites.h"
#undef SUITE

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        Suite *(*make)(void);
    } suites[] = {
#define SUITE(name) {#name, name##_suite},
#include "unit_suites.h"
#undef SUITE
    };
    if (sodium_init() < 0)
        return 1;
    /* Check's 4 s measure the machine's other work too: a limit is for what hangs. */
    setenv("CK_DEFAULT_TIMEOUT", "60", 0);
    SRunner *runner = srunner_create(NULL);
    for (size_t i = 0; i < sizeof suites / sizeof *suites; i++)
        if (argc < 2 || strcmp(argv[1], suites[i].name) == 0)
            srunner_add_suite(runner, suites[i].make());
    srunner_run_all(runner, CK_NORMAL);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
