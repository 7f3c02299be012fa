#include "tasks/classify_incoming.h"

#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "base/settings.h"
#include "ledger/sorting.h"
#include "tasks/classify.h"
#include "tasks/classify_pupils.h"

enum { BATCH_US = 5000 }; /* a batch may always take as much: one row of a person with 200 labels */

/* What a rule does besides the category, as classify_store.sql does it to stored rows. */
static void act(struct new_transaction *transaction, const struct rule *rule, struct arena *arena)
{
    size_t index;
    json_t *tag;
    if (rule->new_payee != NULL)
        transaction->payee = rule->new_payee;
    if (rule->tags == NULL)
        return;
    json_t *tags = json_own(arena, json_array());
    json_array_extend(tags, transaction->tags);
    json_array_foreach(rule->tags, index, tag)
    {
        bool has = false;
        for (size_t i = 0; i < json_array_size(tags); i++)
            has = has || json_equal(json_array_get(tags, i), tag);
        if (!has)
            json_array_append(tags, tag);
    }
    transaction->tags = tags;
}

static void sort(struct new_transaction *transaction, const struct pupil *pupil, int64_t now_ms,
                 struct arena *arena)
{
    struct sorter sorter = {pupil->learner, pupil->model->classifier, &pupil->rules, false};
    struct sorted sorted;
    struct sorting_row row = {
        .description = str_of(transaction->description),
        .payee = str_of(transaction->payee == NULL ? "" : transaction->payee),
        .account = *transaction->account_id,
        .amount_minor = transaction->amount_minor,
        .exponent = currency_find(str_of(transaction->currency))->exponent,
        .date = transaction->date,
        .stored_ms = now_ms,
    };
    sorter_sort(&sorter, &row, &sorted);
    transaction->category_id = sorted.category;
    transaction->permille = sorted.permille;
    transaction->sorted_as = classifier_source_name(sorted.source);
    transaction->reasons = sorter_reasons(&sorter, &row, &sorted, arena);
    if (sorted.rule != NULL)
        act(transaction, sorted.rule, arena);
}

/* The people of the list, and of them those who post labels. */
struct posters {
    struct id *people, *teachers;
    size_t people_count, teacher_count;
};

static void read_posters(struct posters *posters, const struct new_transaction *list, size_t count,
                         struct arena *arena)
{
    posters->people = arena_array(arena, count, sizeof *posters->people);
    posters->teachers = arena_array(arena, count, sizeof *posters->teachers);
    posters->teacher_count = 0;
    for (size_t i = 0; i < count; i++) {
        posters->people[i] = list[i].user_id;
        if (list[i].category_id != NULL)
            posters->teachers[posters->teacher_count++] = list[i].user_id;
    }
    posters->people_count = classify_sort_ids(posters->people, count);
    posters->teacher_count = classify_sort_ids(posters->teachers, posters->teacher_count);
}

static bool is_teacher(const struct posters *posters, const struct id *user)
{
    for (size_t i = 0; i < posters->teacher_count; i++)
        if (id_equal(&posters->teachers[i], user))
            return true;
    return false;
}

/* The rows of this person can be sorted now. */
static bool is_ready(const struct pupil *pupil, const struct posters *posters)
{
    return pupil != NULL && !is_teacher(posters, &pupil->learner->user);
}

static bool is_scored(const struct pupil *pupil)
{
    return pupil->learner->has_scored && pupil->learner->scored_key == learner_model_key(pupil->learner);
}

/* Asks for the jobs of those whose rows here or elsewhere are not as their models would have them. */
static int follow_up(struct task_context *context, const struct pupils *pupils, const struct posters *posters,
                     struct err *err)
{
    struct id *users = arena_array(context->arena, posters->people_count, sizeof *users);
    size_t count = 0;
    for (size_t i = 0; i < posters->people_count; i++) {
        const struct pupil *pupil = pupils_find(pupils, &posters->people[i]);
        if (!is_ready(pupil, posters) || !is_scored(pupil))
            users[count++] = posters->people[i];
    }
    return count == 0 ? 0 : classify_follow_up(context, users, count, settings.classify_delay_ms, err);
}

int classify_incoming(struct task_context *context, struct new_transaction *list, size_t count,
                      struct err *err)
{
    struct posters posters;
    struct pupils pupils;
    read_posters(&posters, list, count, context->arena);
    int64_t budget_us = (int64_t)count * settings.classify_incoming_us;
    if (budget_us > 0 && budget_us < BATCH_US)
        budget_us = BATCH_US;
    int status = pupils_load(&pupils, context, &sql_classifier_hold, posters.people, posters.people_count,
                             budget_us, err);
    if (status != 0 && db_is_in_transaction(context->db)) {
        /* What is wrong with the sorting is the follow-up job's to meet: the rows are stored. */
        log_warn("not_sorted_while_storing", LOG_TEXT("error", err->text));
        pupils_give_back(&pupils);
        status = 0;
    }
    if (status == 0)
        status = follow_up(context, &pupils, &posters, err);
    for (size_t i = 0; status == 0 && i < count; i++) {
        const struct pupil *pupil = pupils_find(&pupils, &list[i].user_id);
        if (is_ready(pupil, &posters) && currency_find(str_of(list[i].currency)) != NULL)
            sort(&list[i], pupil, context->now_ms, context->arena);
    }
    pupils_give_back(&pupils);
    return status;
}
