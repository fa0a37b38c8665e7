// Work that may take a while or wait for the workspace: done by a forked child, answered when it ends.
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "status.h"

struct job {
  struct job *next;
  pid_t pid;
  int status;
  double request;
};
static struct job *jobs;
static int status_fd = -1;

struct job_report {
  int error;  // 0: `message` holds members of the answer
  char subject[512];
  char message[512];
};

void job_fail(int error, const char *subject, const char *format, ...) {
  struct job_report r = {.error = error ? error : EIO};
  snprintf(r.subject, sizeof r.subject, "%s", subject ? subject : "");
  va_list args;
  va_start(args, format);
  int n = vsnprintf(r.message, sizeof r.message, format, args);
  va_end(args);
  if (n >= 0 && n < (int)sizeof r.message) snprintf(r.message + n, sizeof r.message - n, ": %s", strerror(r.error));
  send(status_fd, &r, sizeof r, MSG_NOSIGNAL);
  _exit(1);
}

void job_answer(const struct text *members) {
  struct job_report r = {0};
  snprintf(r.message, sizeof r.message, "%.*s", (int)members->length, members->bytes);
  send(status_fd, &r, sizeof r, MSG_NOSIGNAL);
}

void job_start(double request, void (*work)(const struct json *), const struct json *message) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair)) {
    reply_error(request, "setup", errno, "socketpair", strerror(errno));
    return;
  }
  pid_t pid = fork();
  if (!pid) {
    status_fd = pair[1];
    become_ordinary(0);
    work(message);
    _exit(0);
  }
  int error = errno;
  close(pair[1]);
  if (pid < 0) {
    close(pair[0]);
    reply_error(request, "setup", error, "fork", strerror(error));
    return;
  }
  struct job *j = malloc(sizeof *j);
  if (!j) _exit(111);
  *j = (struct job){jobs, pid, pair[0], request};
  jobs = j;
}

void job_reaped(pid_t pid, int status) {
  struct job **at = &jobs;
  while (*at && (*at)->pid != pid) at = &(*at)->next;
  struct job *j = *at;
  if (!j) return;
  *at = j->next;
  struct job_report r = {0};
  bool told = recv(j->status, &r, sizeof r, MSG_DONTWAIT) > 0;
  close(j->status);
  if (told && r.error) {
    reply_error(j->request, "setup", r.error, r.subject, r.message);
  } else if (!WIFEXITED(status) || WEXITSTATUS(status)) {
    reply_error(j->request, "setup", EIO, "", "the work was ended by a signal");
  } else {
    struct text t = {0};
    reply_begin(&t, j->request);
    text_print(&t, "%s}", r.message);
    link_control(&t);
    text_free(&t);
  }
  free(j);
}
