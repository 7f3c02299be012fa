#ifndef WORKER_CHILD_H
#define WORKER_CHILD_H

/* The program of a child: reads batches from WIRE_FD, runs them one after another, tells what became of them,
 * and ends when the dispatcher closes the socket. Straight-line, blocking, one connection to PostgreSQL.
 * Returns the exit status. */
int child_main(void);

#endif
