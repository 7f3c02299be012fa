#include "cli/body.h"

#include "base/str.h"

void body_set_text(json_t *body, const char *name, const char *text)
{
    if (text != NULL)
        json_object_set_new(body, name, json_string(text));
}

void body_set_tags(json_t *body, const char *text)
{
    if (text == NULL)
        return;
    json_t *tags = json_array();
    struct str rest = str_of(text);
    while (rest.size > 0) {
        struct str tag = str_trim(str_split(rest, ',', &rest));
        if (tag.size > 0)
            json_array_append_new(tags, json_stringn(tag.data, tag.size));
    }
    json_object_set_new(body, "tags", tags);
}
