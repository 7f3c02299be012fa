#ifndef QUEUE_FUNCTIONS_H
#define QUEUE_FUNCTIONS_H

/* The Lua library of queue/functions/ as one text, generated at build time. */
extern const char queue_functions_text[];

#endif
