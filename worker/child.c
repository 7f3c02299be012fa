#define _GNU_SOURCE /* dl_iterate_phdr */
#include "worker/child.h"

#include <errno.h>
#include <link.h>
#include <malloc.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "base/crash.h"
#include "base/log.h"
#include "base/settings.h"
#include "tasks/run.h"
#include "worker/wire.h"

enum { READ_SIZE = 64 * 1024, DATABASE_BACKOFF_MAX_MS = 5000, KEEP_BYTES = 1024 * 1024 };

struct child {
    struct task_link link;
    struct arena arena;
    struct buf in, out;
};

static int write_all(struct buf *out)
{
    size_t done = 0;
    while (done < out->size) {
        ssize_t size = write(WIRE_FD, out->data + done, out->size - done);
        if (size < 0 && errno != EINTR)
            return -1;
        if (size > 0)
            done += (size_t)size;
    }
    buf_reset(out);
    return 0;
}

/* 1 with a whole frame in `in`, 0 when the dispatcher is gone. */
static int read_frame(struct buf *in, char *letter, struct str *body, size_t *size)
{
    for (;;) {
        int found = wire_next(in, letter, body, size);
        if (found != 0)
            return found < 0 ? 0 : 1;
        char *room = buf_reserve(in, READ_SIZE);
        if (room == NULL)
            return 0;
        ssize_t got = read(WIRE_FD, room, READ_SIZE);
        if (got == 0 || (got < 0 && errno != EINTR))
            return 0;
        if (got > 0)
            in->size += (size_t)got;
    }
}

static int read_jobs(struct child *child, struct str body, struct job **jobs, uint32_t *count)
{
    struct err err;
    if (wire_read_u32(&body, count) != 0 || *count == 0)
        return -1;
    *jobs = arena_array(&child->arena, *count, sizeof **jobs);
    for (uint32_t i = 0; i < *count; i++) {
        struct str envelope;
        if (wire_read_str(&body, &envelope) != 0 ||
            job_decode(envelope, &child->arena, &(*jobs)[i], &err) != 0)
            return -1;
    }
    return 0;
}

static void add_outcomes(struct child *child, const struct job *jobs, uint32_t count)
{
    static const char kinds[] = {
        [OUTCOME_DONE] = 'D', [OUTCOME_RETRY] = 'R', [OUTCOME_DEAD] = 'X', [OUTCOME_SNOOZE] = 'S'};
    size_t start = wire_begin(&child->out, 'O');
    wire_add_u32(&child->out, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct outcome *outcome = &jobs[i].outcome;
        buf_add_char(&child->out, kinds[outcome->kind]);
        wire_add_i64(&child->out, outcome->until_ms);
        wire_add_str(&child->out, str_of(outcome->reason == NULL ? "" : outcome->reason));
    }
    wire_add_str(&child->out, (struct str){child->link.follow.data, child->link.follow.size});
    wire_end(&child->out, start);
}

/* A large batch must not make the child large for the rest of its life. */
static void shrink(struct child *child)
{
    bool was_large = child->arena.used > KEEP_BYTES || child->in.capacity > KEEP_BYTES ||
                     child->link.follow.capacity > KEEP_BYTES;
    arena_reset(&child->arena);
    if (!was_large)
        return;
    if (child->in.size == 0)
        buf_free(&child->in);
    buf_free(&child->out);
    buf_free(&child->link.follow);
    malloc_trim(0);
}

static int run_batch(struct child *child, struct str body)
{
    struct job *jobs;
    uint32_t count;
    if (read_jobs(child, body, &jobs, &count) != 0) {
        log_error("batch_malformed");
        return -1;
    }
    const struct task *task = task_find(jobs[0].task);
    if (task == NULL) {
        log_error("task_unknown", LOG_TEXT("task", jobs[0].task));
        return -1;
    }
    task_run_batch(&child->link, task, &child->arena, jobs, count);
    add_outcomes(child, jobs, count);
    crash_point("child_before_report");
    int result = write_all(&child->out);
    crash_point("child_reported");
    return result;
}

/* What got on is no poison: the dispatcher forgets the crashes of the batch's jobs. A dispatcher that is gone
 * does not need to know. */
static void tell_progress(void *data)
{
    struct child *child = data; /* its `out` is empty while a batch runs */
    wire_end(&child->out, wire_begin(&child->out, 'P'));
    (void)!write_all(&child->out);
}

/* A child that has no database is not ready; it tries until it has one or its dispatcher is gone. */
static int connect_database(struct child *child)
{
    struct err err;
    for (int64_t wait_ms = 50;;
         wait_ms = wait_ms * 2 > DATABASE_BACKOFF_MAX_MS ? DATABASE_BACKOFF_MAX_MS : wait_ms * 2) {
        if (task_link_open(&child->link, settings.database_url, &err) == 0)
            return 0;
        log_warn("database_unreachable", LOG_TEXT("error", err.text));
        if (getppid() == 1)
            return -1;
        nanosleep(&(struct timespec){wait_ms / 1000, wait_ms % 1000 * 1000000}, NULL);
    }
}

/* The parts of a program and its libraries that nobody writes to: what starting read of them (symbol tables,
 * code that ran once) leaves our memory, and comes back from the page cache where it is needed again. */
static int give_back_pages(struct dl_phdr_info *object, size_t size, void *data)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)data;
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + part->p_vaddr, end = start + part->p_filesz;
        if (part->p_type == PT_LOAD && (part->p_flags & PF_W) == 0)
            (void)madvise((void *)(start & ~(page - 1)), end - (start & ~(page - 1)), MADV_DONTNEED);
    }
    return 0;
}

int child_main(void)
{
    struct child child = {0};
    /* What stops the dispatcher is for the dispatcher; it tells us by closing the socket. Its death is ours,
     * so that a job of ours does not run on while another process has it. */
    const int ignored[] = {SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGTSTP, SIGPIPE};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    arena_init(&child.arena);
    buf_init(&child.in, WIRE_LIMIT);
    buf_init(&child.out, WIRE_LIMIT);
    if (connect_database(&child) != 0)
        return 1;
    dl_iterate_phdr(give_back_pages, NULL);
    child.link.on_progress = tell_progress;
    child.link.data = &child;
    size_t start = wire_begin(&child.out, 'H');
    wire_add_u32(&child.out, WIRE_VERSION);
    wire_end(&child.out, start);
    char letter;
    struct str body;
    size_t size;
    int result = write_all(&child.out);
    while (result == 0 && read_frame(&child.in, &letter, &body, &size) == 1) {
        result = letter == 'R' ? run_batch(&child, body) : -1;
        buf_consume(&child.in, size);
        shrink(&child);
    }
    task_link_close(&child.link);
    arena_free(&child.arena);
    buf_free(&child.in);
    buf_free(&child.out);
    return result == 0 ? 0 : 1;
}
