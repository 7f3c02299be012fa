#include "bench/prequential.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/hash.h"
#include "finance/classifier_log.h"

static double now_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* One user's way through his rows. */
struct person {
    struct run *run;
    struct classifier *classifier;
    const struct labelled *rows; /* his */
    size_t count;
    const char *names[CLASSIFIER_CLASSES_MAX];
    int name_count;
    struct classifier_label *labels; /* that were learned */
    size_t label_count;
    struct classifier_prediction *predictions;
    bool *wrong;
    long *before; /* of each row the last one before it of the same merchant and sign, -1: none */
};

static int class_named(const struct person *person, const char *name)
{
    for (int i = 0; i < person->name_count; i++)
        if (strcasecmp(person->names[i], name) == 0)
            return i;
    return -1;
}

static int add_class(struct person *person, const char *name, int default_category)
{
    int class = classifier_add_class(
        person->classifier, &(struct classifier_class){str_of(name), CLASSIFIER_NONE, default_category});
    if (class >= 0)
        person->names[person->name_count++] = name;
    return class;
}

static void start(struct person *person)
{
    struct run *run = person->run;
    person->classifier = classifier_new(&(struct classifier_options){run->lexicon, run->prior, 0.95f});
    person->name_count = 0;
    for (int i = 0; run->defaults && i < DEFAULT_CATEGORIES; i++)
        (void)add_class(person, default_categories[i].name, i);
    for (size_t i = 0; run->known && i < person->count; i++)
        if (class_named(person, person->rows[i].category) < 0)
            (void)add_class(person, person->rows[i].category, CLASSIFIER_NONE);
}

static bool is_same_merchant(const struct labelled *a, const struct labelled *b)
{
    return (a->amount_minor < 0) == (b->amount_minor < 0) && strcmp(a->text->key, b->text->key) == 0;
}

static void find_merchants(struct person *person)
{
    size_t mask = 63;
    while (mask < 2 * person->count)
        mask = mask * 2 + 1;
    long *last = malloc((mask + 1) * sizeof *last); /* of each merchant, by the hash of its key */
    if (last == NULL)
        abort();
    memset(last, -1, (mask + 1) * sizeof *last);
    for (size_t i = 0; i < person->count; i++) {
        const struct labelled *row = &person->rows[i];
        size_t at = (size_t)(hash_fnv1a(HASH_FNV_START, row->text->key, row->text->key_size) >> 16) & mask;
        while (last[at] >= 0 && !is_same_merchant(&person->rows[last[at]], row))
            at = (at + 1) & mask;
        person->before[i] = last[at];
        last[at] = (long)i;
    }
    free(last);
}

static struct classifier_row row_of(const struct labelled *row)
{
    return (struct classifier_row){row->text, row->amount_minor, 2, row->date, 0};
}

static void predict(struct person *person, size_t at, size_t known, struct tally *tally)
{
    const struct labelled *row = &person->rows[at];
    struct classifier_row input = row_of(row);
    struct classifier_prediction *prediction = &person->predictions[at];
    double started = now_us();
    classifier_predict(person->classifier, &input, prediction);
    tally->predict_us += now_us() - started;

    int label = class_named(person, row->category);
    bool right = label >= 0 && prediction->ranked_count > 0 && prediction->ranked[0].class == label,
         late = at >= person->count / 2;
    bool applied = prediction->class != CLASSIFIER_NONE;
    tally->rows++;
    tally->right += right;
    for (size_t i = 0; i < prediction->ranked_count && i < 3; i++)
        tally->top3 += prediction->ranked[i].class == label;
    tally->unseen += label < 0;
    tally->applied += applied;
    tally->applied_right += applied && right;
    tally->half += late;
    tally->half_right += late && right;
    tally->half_applied += late && applied;
    tally->half_applied_right += late && applied && right;
    tally->first10 += at < 10;
    tally->first10_right += at < 10 && right;
    long before = person->before[at];
    if (before >= 0 && (size_t)before < known && person->wrong[before]) {
        tally->fixes++;
        tally->fixed += prediction->ranked_count > 0 &&
                        prediction->ranked[0].class == class_named(person, person->rows[before].category);
    }
    person->wrong[at] = !right;
    if (person->run->verbose && !right)
        printf("%s %.2f | %s | %s, not %s\n", row->description, (double)row->amount_minor / 100,
               row->text->key, row->category,
               prediction->ranked_count == 0 ? "-" : person->names[prediction->ranked[0].class]);
}

static void learn(struct person *person, size_t at, struct tally *tally)
{
    const struct labelled *row = &person->rows[at];
    int class = class_named(person, row->category);
    if (class < 0)
        class = add_class(person, row->category, CLASSIFIER_NONE);
    if (class < 0)
        return;
    const struct classifier_prediction *prediction = &person->predictions[at];
    struct classifier_shown shown = {CLASSIFIER_NONE, 0};
    if (prediction->ranked_count > 0)
        shown = (struct classifier_shown){prediction->ranked[0].class, prediction->ranked[0].confidence};
    struct classifier_row input = row_of(row);
    double started = now_us();
    classifier_learn(person->classifier, &input, class, shown.class >= 0 ? &shown : NULL);
    tally->learn_us += now_us() - started;
    tally->labels++;
    person->labels[person->label_count++] =
        (struct classifier_label){.text = str_of(row->description),
                                  .amount_minor = row->amount_minor,
                                  .date = row->date,
                                  .exponent = 2,
                                  .class = (uint16_t) class,
                                  .shown = shown.class >= 0,
                                  .shown_class = (uint16_t)(shown.class >= 0 ? shown.class : 0),
                                  .shown_confidence = shown.confidence};
}

/* What is stored of the labels, and how long a model takes to come back from it; the longest user's counts.
 */
static void store(struct person *person, struct tally *tally)
{
    struct buf packed;
    buf_init(&packed, 64u << 20);
    classifier_log_pack(person->labels, person->label_count, &packed);
    tally->bytes += (double)packed.size;
    tally->packed_labels += person->label_count;
    double started = now_us();
    struct classifier *again =
        classifier_new(&(struct classifier_options){person->run->lexicon, person->run->prior, 0.95f});
    struct classifier_label *labels;
    size_t count;
    struct err err;
    for (int i = 0; i < person->name_count; i++) {
        bool is_default = person->run->defaults && i < DEFAULT_CATEGORIES;
        struct classifier_class class = {str_of(person->names[i]), CLASSIFIER_NONE,
                                         is_default ? i : CLASSIFIER_NONE};
        if (classifier_add_class(again, &class) != i)
            abort();
    }
    if (classifier_log_unpack((struct str){packed.data, packed.size}, &person->run->arena, &labels, &count,
                              &err) != 0) {
        fprintf(stderr, "%s\n", err.text);
        exit(1);
    }
    classifier_replay(again, labels, count);
    double took = (now_us() - started) / 1e3;
    if (classifier_digest(again) != classifier_digest(person->classifier) && person->run->batch == 1)
        abort(); /* a model from the packed log is the same to the bit */
    tally->rebuild_ms = took > tally->rebuild_ms ? took : tally->rebuild_ms;
    classifier_free(again);
    buf_free(&packed);
}

static void run_person(struct run *run, const struct labelled *rows, size_t count, struct tally *tally)
{
    struct person person = {.run = run, .rows = rows, .count = count};
    person.labels = arena_array(&run->arena, count, sizeof *person.labels);
    person.predictions = arena_array(&run->arena, count, sizeof *person.predictions);
    person.wrong = arena_array(&run->arena, count, sizeof *person.wrong);
    person.before = arena_array(&run->arena, count, sizeof *person.before);
    find_merchants(&person);
    start(&person);
    for (size_t from = 0; from < count; from += (size_t)run->batch) {
        size_t to = from + (size_t)run->batch < count ? from + (size_t)run->batch : count;
        for (size_t at = from; at < to; at++)
            predict(&person, at, from, tally);
        for (size_t at = from; at < to; at++)
            learn(&person, at, tally);
    }
    tally->users++;
    store(&person, tally);
    classifier_free(person.classifier);
}

/* The prior from another file: each label's category is what its name means. */
static void train_prior(struct run *run)
{
    struct labelled_file file;
    labelled_read(run->prior_file, &run->arena, &file);
    struct prior_builder *builder = prior_builder_new();
    for (size_t user = 0; user < file.user_count; user++)
        for (size_t i = file.users[user].from; i < file.users[user].to; i++) {
            struct normalised name;
            struct meaning meanings[LEXICON_MEANINGS_MAX];
            normalise_text(str_of(file.rows[i].category), &name);
            if (lexicon_read(run->lexicon, (struct str){name.text, name.text_size}, meanings) > 0)
                prior_builder_add(builder, (uint32_t)user, file.rows[i].text, meanings[0].category);
        }
    run->prior = prior_build(builder);
    prior_builder_free(builder);
}

void prequential_run(struct run *run, struct tally *tally)
{
    struct labelled_file file;
    if (run->prior_file != NULL)
        train_prior(run);
    labelled_read(run->file, &run->arena, &file);
    tally->skipped += file.skipped;
    for (size_t i = 0; i < file.user_count; i++) {
        size_t count = file.users[i].to - file.users[i].from;
        if (count >= (size_t)run->min_rows)
            run_person(run, file.rows + file.users[i].from, count, tally);
    }
}
