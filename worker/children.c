#define _GNU_SOURCE /* environ */
#include "worker/children.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "worker/wire.h"

enum { READ_SIZE = 64 * 1024, RESPAWN_SPARE_MS = 10, RESPAWN_FIRST_MS = 50, RESPAWN_MAX_MS = 5000 };

static void retire_old(struct children *children);
static void fill_up(struct children *children);

static void unlink_child(struct worker_child *child)
{
    struct worker_child **at = &child->owner->list;
    while (*at != child)
        at = &(*at)->next;
    *at = child->next;
}

static void on_handle_closed(uv_handle_t *handle)
{
    struct worker_child *child = handle->data;
    if (--child->open_handles > 0)
        return;
    buf_free(&child->in);
    buf_free(&child->out);
    free(child);
}

/* Ends our side; the child sees the end of its input and goes when its batch is done. */
static void close_side(struct worker_child *child)
{
    if (child->fd < 0)
        return;
    uv_poll_stop(&child->poll);
    close(child->fd);
    child->fd = -1;
}

static void handle_frame(struct worker_child *child, char letter, struct str body)
{
    struct children *children = child->owner;
    uint32_t version;
    if (letter == 'H' && child->state == CHILD_STARTING && wire_read_u32(&body, &version) == 0 &&
        version == WIRE_VERSION) {
        child->state = CHILD_IDLE;
        children->failures = 0;
        retire_old(children);
        children->events.on_idle(children->events.data);
        return;
    }
    if (letter == 'P' && child->state == CHILD_BUSY) {
        children->events.on_progress(children->events.data, child);
        return;
    }
    if (letter == 'O' && child->state == CHILD_BUSY &&
        children->events.on_outcomes(children->events.data, child, body) == 0) {
        uv_timer_stop(&child->timer);
        child->work = NULL;
        child->state = CHILD_IDLE;
        if (child->retired || children->stopping)
            close_side(child);
        retire_old(children);
        children->events.on_idle(children->events.data);
        return;
    }
    log_error("child_speaks_nonsense", LOG_INT("pid", child->pid), LOG_INT("letter", letter));
    kill(child->pid, SIGKILL);
}

/* Reads what is there and handles whole frames. */
static void read_child(struct worker_child *child)
{
    while (child->fd >= 0) {
        char *room = buf_reserve(&child->in, READ_SIZE);
        ssize_t got = room == NULL ? -1 : read(child->fd, room, READ_SIZE);
        if (got <= 0) {
            if (got == 0 || (errno != EAGAIN && errno != EINTR))
                close_side(child); /* SIGCHLD tells the rest */
            return;
        }
        child->in.size += (size_t)got;
        char letter;
        struct str body;
        size_t size;
        while (child->fd >= 0 && wire_next(&child->in, &letter, &body, &size) == 1) {
            handle_frame(child, letter, body);
            buf_consume(&child->in, size);
        }
        if (got < READ_SIZE)
            return;
    }
}

static void on_poll(uv_poll_t *poll, int status, int events);

static void write_child(struct worker_child *child)
{
    while (child->out.size > 0 && child->fd >= 0) {
        ssize_t done = send(child->fd, child->out.data, child->out.size, MSG_NOSIGNAL);
        if (done < 0)
            break; /* full, or dead: SIGCHLD tells */
        buf_consume(&child->out, (size_t)done);
    }
    if (child->fd >= 0)
        uv_poll_start(&child->poll, UV_READABLE | (child->out.size > 0 ? UV_WRITABLE : 0), on_poll);
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
    struct worker_child *child = poll->data;
    if (status < 0 || (events & UV_READABLE) != 0)
        read_child(child);
    if (status >= 0 && (events & UV_WRITABLE) != 0)
        write_child(child);
}

static void on_kill_time(uv_timer_t *timer)
{
    struct worker_child *child = timer->data;
    kill(child->pid, SIGKILL);
}

void children_kill(struct worker_child *child, enum kill_reason reason)
{
    if (child->kill_reason != KILL_NONE || child->state == CHILD_GONE)
        return;
    child->kill_reason = reason;
    kill(child->pid, SIGTERM);
    uv_timer_start(&child->timer, on_kill_time, (uint64_t)settings.kill_ms, 0);
}

static void on_time_limit(uv_timer_t *timer)
{
    children_kill(timer->data, KILL_TIMEOUT);
}

void children_run(struct worker_child *child, struct buf *frame, void *work, int64_t timeout_ms)
{
    child->work = work;
    child->state = CHILD_BUSY;
    child->busy_since_ms = clock_mono_ms();
    buf_add(&child->out, frame->data, frame->size);
    uv_timer_start(&child->timer, on_time_limit, (uint64_t)timeout_ms, 0);
    write_child(child);
}

static void on_death(struct worker_child *child, int status, const struct rusage *usage)
{
    struct children *children = child->owner;
    bool was_ready = child->state != CHILD_STARTING;
    child->retired = true; /* gets no further batch */
    read_child(child);     /* what it said before it died counts */
    unlink_child(child);
    close_side(child);
    if (!was_ready)
        children->failures++;
    children->events.on_death(children->events.data, child, status, usage);
    child->state = CHILD_GONE;
    uv_close((uv_handle_t *)&child->poll, on_handle_closed);
    uv_close((uv_handle_t *)&child->timer, on_handle_closed);
    fill_up(children);
}

static void on_sigchld(uv_signal_t *handle, int number)
{
    struct children *children = handle->data;
    (void)number;
    struct worker_child *next;
    for (struct worker_child *child = children->list; child != NULL; child = next) {
        int status;
        struct rusage usage;
        next = child->next;
        if (wait4(child->pid, &status, WNOHANG, &usage) == child->pid)
            on_death(child, status, &usage);
    }
}

/* posix_spawn and not fork: a copy of our pages would cost us a fault for each that we write to next. 0, or
 * an errno. */
static int start_program(const char *program, int fd, pid_t *pid)
{
    char *const words[] = {"purser-worker", "--child", NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawnattr_init(&attributes);
    int failed = posix_spawn_file_actions_adddup2(&files, fd, WIRE_FD);
    if (failed == 0)
        failed = posix_spawnattr_setsigmask(&attributes, &none);
    if (failed == 0)
        failed = posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    if (failed == 0)
        failed = posix_spawn(pid, program, &files, &attributes, words, environ);
    posix_spawn_file_actions_destroy(&files);
    posix_spawnattr_destroy(&attributes);
    return failed;
}

static int spawn(struct children *children)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return -1;
    pid_t pid;
    int failed = start_program(children->program, pair[1], &pid);
    close(pair[1]);
    if (failed != 0) {
        close(pair[0]);
        errno = failed;
        return -1;
    }
    struct worker_child *child = calloc(1, sizeof *child);
    if (child == NULL)
        abort();
    *child = (struct worker_child){
        .owner = children, .pid = pid, .fd = pair[0], .generation = children->generation, .open_handles = 2};
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    buf_init(&child->in, WIRE_LIMIT);
    buf_init(&child->out, WIRE_LIMIT);
    uv_poll_init(children->loop, &child->poll, pair[0]);
    uv_timer_init(children->loop, &child->timer);
    child->poll.data = child->timer.data = child;
    child->next = children->list;
    children->list = child;
    uv_poll_start(&child->poll, UV_READABLE, on_poll);
    return 0;
}

static void on_respawn(uv_timer_t *timer)
{
    struct children *children = timer->data;
    int have = 0;
    for (struct worker_child *child = children->list; child != NULL; child = child->next)
        have += child->generation == children->generation && !child->retired;
    for (; have < children->wanted + children->spare && !children->stopping; have++)
        if (spawn(children) != 0) {
            log_error("spawn_failed", LOG_TEXT("error", strerror(errno)));
            children->failures++;
            fill_up(children);
            return;
        }
}

/* At once, or after a while when the last ones died before they were ready. */
static void fill_up(struct children *children)
{
    if (children->stopping)
        return;
    /* With a spare at hand the dead one's jobs come first: to start a process takes longer. */
    uint64_t wait_ms = children_free(children) > 0 ? RESPAWN_SPARE_MS : 0;
    if (children->failures > 0) {
        int doublings = children->failures > 7 ? 7 : children->failures - 1;
        wait_ms = (uint64_t)RESPAWN_FIRST_MS << doublings;
        if (wait_ms > RESPAWN_MAX_MS)
            wait_ms = RESPAWN_MAX_MS;
    }
    if (wait_ms == 0)
        on_respawn(&children->respawn);
    else
        uv_timer_start(&children->respawn, on_respawn, wait_ms, 0);
}

int children_start(struct children *children, uv_loop_t *loop, int wanted, int spare,
                   const struct children_events *events, struct err *err)
{
    *children = (struct children){.loop = loop, .events = *events, .wanted = wanted, .spare = spare};
    /* The path, not /proc/self/exe: after an upgrade it names the new file. */
    ssize_t length = readlink("/proc/self/exe", children->program, sizeof children->program - 1);
    if (length <= 0)
        return err_set(err, ERR_BUG, "the program's own path is not known: %s", strerror(errno));
    uv_signal_init(loop, &children->sigchld);
    children->sigchld.data = children;
    uv_signal_start(&children->sigchld, on_sigchld, SIGCHLD);
    uv_timer_init(loop, &children->respawn);
    children->respawn.data = children;
    fill_up(children);
    return 0;
}

int children_free(const struct children *children)
{
    int idle = children_count(children, CHILD_IDLE);
    int room = children->wanted - children_count(children, CHILD_BUSY);
    return room < 0 ? 0 : room < idle ? room : idle;
}

struct worker_child *children_idle(struct children *children)
{
    struct worker_child *oldest = NULL; /* the list begins with the youngest; who has run knows more */
    if (children_free(children) == 0)
        return NULL;
    for (struct worker_child *child = children->list; child != NULL; child = child->next)
        if (child->state == CHILD_IDLE && !child->retired && child->fd >= 0)
            oldest = child;
    return oldest;
}

int children_count(const struct children *children, enum child_state state)
{
    int count = 0;
    for (struct worker_child *child = children->list; child != NULL; child = child->next)
        count += child->state == state && (state != CHILD_IDLE || (!child->retired && child->fd >= 0));
    return count;
}

/* For each ready child of the new generation one of the old may go. */
static void retire_old(struct children *children)
{
    int ready = 0, retired = 0;
    for (struct worker_child *child = children->list; child != NULL; child = child->next) {
        ready += child->generation == children->generation && child->state != CHILD_STARTING;
        retired += child->generation != children->generation && child->retired;
    }
    for (struct worker_child *child = children->list; child != NULL && retired < ready; child = child->next) {
        if (child->generation == children->generation || child->retired)
            continue;
        child->retired = true;
        retired++;
        if (child->state != CHILD_BUSY)
            close_side(child);
    }
}

void children_replace(struct children *children)
{
    children->generation++;
    children->failures = 0;
    fill_up(children);
}

void children_stop(struct children *children)
{
    children->stopping = true;
    uv_timer_stop(&children->respawn);
    for (struct worker_child *child = children->list; child != NULL; child = child->next)
        if (child->state != CHILD_BUSY)
            close_side(child);
}
