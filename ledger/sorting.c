#include "ledger/sorting.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/json.h"
#include "finance/classifier_threshold.h"

enum { JSON_LIMIT = 64 * 1024, THOUSAND = 1000 };

static const struct rule *match_rule(const struct sorter *sorter, const struct sorting_row *row)
{
    struct rule_row folded;
    if (sorter->rules->count == 0)
        return NULL;
    rule_row_set_text(&folded, row->description, row->payee);
    folded.account_id = row->account;
    folded.amount_minor = row->amount_minor;
    folded.exponent = row->exponent;
    folded.date = row->date;
    return rule_list_match(sorter->rules, &folded, row->stored_ms, sorter->is_run);
}

static struct classifier_row model_row(const struct sorting_row *row, struct normalised *text)
{
    normalise_text(row->description, text);
    return (struct classifier_row){text, row->amount_minor, row->exponent, row->date, 0};
}

void sorter_sort(const struct sorter *sorter, const struct sorting_row *row, struct sorted *sorted)
{
    *sorted = (struct sorted){.rule = match_rule(sorter, row)};
    const struct id *category = sorted->rule == NULL ? NULL : sorted->rule->category_id;
    /* A rule whose category was deleted sets none. */
    if (category != NULL && learner_class(sorter->learner, category) != CLASSIFIER_NONE) {
        sorted->source = CLASSIFIER_SOURCE_RULE;
        sorted->category = category;
        sorted->permille = THOUSAND;
        return;
    }
    struct normalised text;
    struct classifier_row model = model_row(row, &text);
    struct classifier_prediction *prediction = &sorted->prediction;
    classifier_predict(sorter->classifier, &model, prediction);
    if (prediction->class == CLASSIFIER_NONE)
        return;
    sorted->source = prediction->source;
    sorted->category = &sorter->learner->categories[prediction->class].id;
    sorted->permille = threshold_permille(prediction->ranked[0].confidence);
}

static void add_suggestions(const struct sorter *sorter, const struct sorted *sorted, struct buf *out)
{
    const struct classifier_prediction *prediction = &sorted->prediction;
    buf_add_char(out, '[');
    for (size_t i = 0; i < prediction->ranked_count && i < SORTING_SUGGESTIONS; i++) {
        char id[ID_TEXT_SIZE];
        id_format(&sorter->learner->categories[prediction->ranked[i].class].id, id);
        buf_printf(out, "%s[\"%s\", %d]", i == 0 ? "" : ", ", id,
                   threshold_permille(prediction->ranked[i].confidence));
    }
    buf_add_char(out, ']');
}

const char *sorter_suggestions(const struct sorter *sorter, const struct sorted *sorted, struct arena *arena)
{
    struct buf *out = buf_new(arena, JSON_LIMIT);
    add_suggestions(sorter, sorted, out);
    return out->data;
}

static void add_reasons(const struct sorter *sorter, const struct sorting_row *row, int class,
                        struct arena *arena, struct buf *out)
{
    struct normalised text;
    struct classifier_reason reasons[CLASSIFIER_REASONS_MAX];
    struct classifier_row model = model_row(row, &text);
    size_t count = classifier_explain(sorter->classifier, &model, class, reasons);
    buf_add_char(out, '[');
    for (size_t i = 0; i < count && i < SORTING_REASONS; i++)
        buf_printf(out, "%s{\"kind\":\"%s\",\"text\":%s,\"weight\":%.2f}", i == 0 ? "" : ",", reasons[i].kind,
                   json_quote(arena, str_of(reasons[i].text)), (double)reasons[i].weight);
    buf_add_char(out, ']');
}

static void add_rule(const struct rule *rule, struct arena *arena, struct buf *out)
{
    char id[ID_TEXT_SIZE];
    id_format(&rule->id, id);
    buf_printf(out, "{\"id\":\"%s\",\"name\":%s}", id, json_quote(arena, str_of(rule->name)));
}

const char *sorter_reasons(const struct sorter *sorter, const struct sorting_row *row,
                           const struct sorted *sorted, struct arena *arena)
{
    struct buf *out = buf_new(arena, JSON_LIMIT);
    if (sorted->source == CLASSIFIER_SOURCE_RULE) {
        buf_add_text(out, "{\"rule\":");
        add_rule(sorted->rule, arena, out);
        buf_add_char(out, '}');
        return out->data;
    }
    const struct learner *learner = sorter->learner;
    buf_printf(out, "{\"model\":\"%d.%" PRId64 ".%" PRId64 "\",\"threshold\":%d", CLASSIFIER_VERSION,
               learner->revision, learner->prior_version,
               (int)(sorted->prediction.threshold * THOUSAND + 0.5f));
    if (sorted->source == CLASSIFIER_SOURCE_NONE) {
        buf_add_text(out, ",\"suggestions\":");
        add_suggestions(sorter, sorted, out);
    } else {
        buf_add_text(out, ",\"reasons\":");
        add_reasons(sorter, row, sorted->prediction.class, arena, out);
    }
    buf_add_char(out, '}');
    return out->data;
}

static void add_ranked(const struct sorter *sorter, const struct sorting_row *row,
                       const struct sorted *sorted, size_t place, struct arena *arena, struct buf *out)
{
    const struct classifier_prediction *prediction = &sorted->prediction;
    const struct classifier_ranked *ranked = &prediction->ranked[place];
    const struct learner_category *category = &sorter->learner->categories[ranked->class];
    bool is_set = place == 0 && prediction->class != CLASSIFIER_NONE;
    char id[ID_TEXT_SIZE];
    id_format(&category->id, id);
    buf_printf(out,
               "%s{\"category_id\":\"%s\",\"name\":%s,\"confidence\":%.4f,\"source\":\"%s\",\"basis\":\"%s\","
               "\"applied\":%s,\"reasons\":",
               place == 0 ? "" : ",", id, json_quote(arena, category->class.name), (double)ranked->confidence,
               classifier_source_name(is_set ? prediction->source : CLASSIFIER_SOURCE_NONE),
               place == 0 ? classifier_source_name(prediction->basis) : "model", is_set ? "true" : "false");
    add_reasons(sorter, row, ranked->class, arena, out);
    buf_add_char(out, '}');
}

const char *sorter_ranking(const struct sorter *sorter, const struct sorting_row *row,
                           const struct sorted *sorted, struct arena *arena)
{
    struct buf *out = buf_new(arena, JSON_LIMIT);
    buf_add_char(out, '[');
    if (sorted->source == CLASSIFIER_SOURCE_RULE) {
        char id[ID_TEXT_SIZE];
        int class = learner_class(sorter->learner, sorted->category);
        id_format(sorted->category, id);
        buf_printf(
            out,
            "{\"category_id\":\"%s\",\"name\":%s,\"confidence\":1,\"source\":\"rule\",\"basis\":\"rule\","
            "\"applied\":true,\"reasons\":[{\"kind\":\"rule\",\"text\":%s,\"weight\":1}],\"rule\":",
            id, json_quote(arena, sorter->learner->categories[class].class.name),
            json_quote(arena, str_of(arena_printf(arena, "your rule \xe2\x80\x9c%s\xe2\x80\x9d fits",
                                                  sorted->rule->name))));
        add_rule(sorted->rule, arena, out);
        buf_add_char(out, '}');
    } else {
        for (size_t i = 0; i < sorted->prediction.ranked_count; i++)
            add_ranked(sorter, row, sorted, i, arena, out);
    }
    buf_add_char(out, ']');
    return out->data;
}
