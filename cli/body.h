#ifndef CLI_BODY_H
#define CLI_BODY_H

/* Members of a request's JSON body, out of what was said on the command line. What was not said (NULL) is
 * left out. */

#include <jansson.h>

void body_set_text(json_t *body, const char *name, const char *text);

/* "A,B": an array of the tags, without the blanks around them. */
void body_set_tags(json_t *body, const char *text);

#endif
