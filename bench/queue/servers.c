#define _GNU_SOURCE /* asprintf */
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench/queue/bench.h"
#include "db/migrate.h"

enum { STARTED_MAX = 64 };
static pid_t started[STARTED_MAX];
static int started_count;
static char folders[STARTED_MAX][64];
static int folder_count;

void fail(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    server_stop_all();
    exit(1);
}

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

static struct passwd *unprivileged(void)
{
    struct passwd *user = geteuid() == 0 ? getpwnam("postgres") : NULL;
    return geteuid() == 0 && user == NULL ? getpwnam("nobody") : user;
}

/* Runs argv with its output in `log`; as the unprivileged user when asked. */
static pid_t start(const char *const *argv, const char *log, bool unprivileged_user)
{
    pid_t pid = fork();
    if (pid == 0) {
        struct passwd *user = unprivileged_user ? unprivileged() : NULL;
        int fd = open(log, O_CREAT | O_APPEND | O_WRONLY, 0666);
        dup2(fd, STDOUT_FILENO);
        dup2(fd, STDERR_FILENO);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (user != NULL && (setgroups(0, NULL) != 0 || setgid(user->pw_gid) != 0 ||
                             setuid(user->pw_uid) != 0 || chdir("/") != 0))
            _exit(126);
        execvp(argv[0], (char *const *)argv);
        _exit(127);
    }
    if (pid < 0 || started_count == STARTED_MAX)
        fail("a process could not be started: %s", strerror(errno));
    started[started_count++] = pid;
    return pid;
}

static void make_folder(char folder[64])
{
    snprintf(folder, 64, "/tmp/purser-bench-XXXXXX");
    if (mkdtemp(folder) == NULL || folder_count == STARTED_MAX)
        fail("no folder: %s", strerror(errno));
    memcpy(folders[folder_count++], folder, 64);
}

void server_kill(pid_t pid)
{
    for (int i = 0; i < started_count; i++)
        if (started[i] == pid) {
            kill(pid, SIGKILL);
            waitpid(pid, NULL, 0);
            started[i] = started[--started_count];
            return;
        }
}

void server_stop(struct server *server)
{
    char command[128];
    server_kill(server->pid);
    snprintf(command, sizeof command, "rm -rf %s", server->folder);
    if (system(command) != 0)
        fprintf(stderr, "%s stays\n", server->folder);
}

void server_stop_all(void)
{
    while (started_count > 0)
        server_kill(started[started_count - 1]);
    for (int i = 0; i < folder_count; i++) {
        char command[80];
        snprintf(command, sizeof command, "rm -rf %.63s", folders[i]);
        if (system(command) != 0)
            fprintf(stderr, "%s stays\n", folders[i]);
    }
}

redisContext *server_connect(const struct server *redis)
{
    for (int tries = 0; tries < 500; tries++, pause_ms(10)) {
        redisContext *context = redisConnectUnix(redis->socket);
        redisReply *reply = context->err == 0 ? redisCommand(context, "PING") : NULL;
        bool ready = reply != NULL && reply->type == REDIS_REPLY_STATUS;
        freeReplyObject(reply);
        if (ready)
            return context;
        redisFree(context);
    }
    fail("redis-server does not answer");
}

struct server server_redis(const char *fsync)
{
    struct server server = {0};
    char log[96];
    bool aof = strcmp(fsync, "off") != 0;
    make_folder(server.folder);
    snprintf(server.socket, sizeof server.socket, "%s/redis.sock", server.folder);
    snprintf(server.url, sizeof server.url, "unix:%s", server.socket);
    snprintf(log, sizeof log, "%s/log", server.folder);
    server.pid = start((const char *const[]){"redis-server", "--port", "0", "--unixsocket", server.socket,
                                             "--dir", server.folder, "--save", "", "--appendonly",
                                             aof ? "yes" : "no", "--appendfsync", aof ? fsync : "no",
                                             "--maxmemory-policy", "noeviction", NULL},
                       log, false);
    redisFree(server_connect(&server));
    return server;
}

struct server server_postgres(void)
{
    struct server server = {0};
    glob_t bins;
    char initdb[160], program[160], data[96], log[96], admin[200];
    struct err err = {0};
    struct passwd *user = unprivileged();
    if (glob("/usr/lib/postgresql/*/bin", 0, NULL, &bins) != 0)
        fail("PostgreSQL is not installed");
    make_folder(server.folder);
    if (user != NULL && chown(server.folder, user->pw_uid, user->pw_gid) != 0)
        fail("chown: %s", strerror(errno));
    snprintf(initdb, sizeof initdb, "%s/initdb", bins.gl_pathv[bins.gl_pathc - 1]);
    snprintf(program, sizeof program, "%s/postgres", bins.gl_pathv[bins.gl_pathc - 1]);
    globfree(&bins);
    snprintf(data, sizeof data, "%s/data", server.folder);
    snprintf(log, sizeof log, "/tmp/%.58s.log", server.folder + 5);
    snprintf(admin, sizeof admin, "host=%s user=purser dbname=postgres", server.folder);
    snprintf(server.url, sizeof server.url, "host=%s user=purser dbname=bench", server.folder);
    int status = 1;
    pid_t pid = start((const char *const[]){initdb, "-D", data, "-U", "purser", "-A", "trust", "-E", "UTF8",
                                            "--locale=C", "--no-sync", NULL},
                      log, true);
    waitpid(pid, &status, 0);
    started_count--;
    if (status != 0)
        fail("initdb failed, see %s", log);
    server.pid = start((const char *const[]){program, "-D", data, "-k", server.folder, "-c",
                                             "listen_addresses=", "-c", "timezone=UTC", NULL},
                       log, true);
    struct db *db = NULL;
    for (int tries = 0; tries < 500 && (db = db_open(admin, &err)) == NULL; tries++)
        pause_ms(20);
    if (db == NULL)
        fail("PostgreSQL does not answer: %s", err.text);
    PQclear(PQexec(db_raw(db), "CREATE DATABASE bench"));
    db_close(db);
    db = db_open(server.url, &err);
    int applied;
    if (db == NULL || migrate_run(db, &applied, &err) != 0)
        fail("the database could not be made: %s", err.text);
    PQclear(PQexec(db_raw(db),
                   "CREATE TABLE test_effect (n bigserial, job_id uuid, task text, at_ms bigint, pid bigint);"
                   "CREATE TABLE test_delivery (job_id uuid PRIMARY KEY, count bigint)"));
    db_close(db);
    unlink(log);
    return server;
}

pid_t server_program(const char *name, const struct server *redis, const struct server *postgres,
                     const char *const *settings)
{
    const char *bin = getenv("BIN");
    char path[512], log[128], text[4096];
    char *assignments[3];
    const char *argv[24] = {"env", "PURSER_LOG_LEVEL=info"};
    int argc = 2;
    snprintf(path, sizeof path, "%s/%s", bin == NULL ? "out/release" : bin, name);
    snprintf(log, sizeof log, "%s/%s-%d.log", redis->folder, name, rand());
    if (asprintf(&assignments[0], "PURSER_REDIS_URL=%s", redis->url) < 0 ||
        asprintf(&assignments[1], "PURSER_DATABASE_URL=%s", postgres->url) < 0 ||
        asprintf(&assignments[2], "TEST_TELL=%s/tell", redis->folder) < 0)
        abort();
    for (int i = 0; i < 3; i++)
        argv[argc++] = assignments[i];
    while (*settings != NULL)
        argv[argc++] = *settings++;
    argv[argc++] = path;
    pid_t pid = start(argv, log, false);
    for (int i = 0; i < 3; i++)
        free(assignments[i]);
    for (int tries = 0; tries < 1000; tries++, pause_ms(10)) {
        FILE *file = fopen(log, "r");
        size_t size = file == NULL ? 0 : fread(text, 1, sizeof text - 1, file);
        if (file != NULL)
            fclose(file);
        text[size] = '\0';
        if (strstr(text, "event=ready") != NULL)
            return pid;
    }
    fail("%s does not start: %s", name, text);
}
