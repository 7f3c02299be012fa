#include "cli/verb.h"

#include <string.h>

#include "cli/command.h"

static bool takes(const struct verb *verb, int count)
{
    return count >= verb->min && count <= verb->max;
}

/* NULL when no verb is called so and takes so many words. */
static const struct verb *find_verb(const struct verb *verbs, int count, char **words)
{
    for (; verbs->run != NULL; verbs++)
        if (verbs->name == NULL ? takes(verbs, count)
                                : count > 0 && strcmp(verbs->name, words[0]) == 0 && takes(verbs, count - 1))
            return verbs;
    return NULL;
}

int verb_run(const struct verb *verbs, const struct option *options, int argc, char **argv, struct err *err)
{
    char **words = argv + 1;
    int count;
    if (options_read(argc - 1, words, options, &count, err) != 0)
        return EXIT_USAGE;
    const struct verb *verb = find_verb(verbs, count, words);
    if (verb == NULL || (verb->check != NULL && verb->check(err) != 0))
        return EXIT_USAGE;
    struct session session;
    int failed = session_open(&session, err);
    if (failed == 0) {
        session.words = verb->name == NULL ? words : words + 1;
        session.count = verb->name == NULL ? count : count - 1;
        failed = verb->run(&session, err);
    }
    session_close(&session);
    return failed == 0 ? EXIT_OK : EXIT_FAILED;
}
