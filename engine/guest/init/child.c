// Between clone and exec: what runs here may wait (for the workspace, for instance), since init goes on.
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"
#include "status.h"

static int status_fd = -1;

void child_fail(const char *stage, int error, const char *subject, const char *format, ...) {
  struct status_report report = {.kind = STATUS_FAILURE, .error = error};
  snprintf(report.stage, sizeof report.stage, "%s", stage);
  snprintf(report.subject, sizeof report.subject, "%s", subject ? subject : "");
  va_list args;
  va_start(args, format);
  int n = vsnprintf(report.message, sizeof report.message, format, args);
  va_end(args);
  if (n >= 0 && n < (int)sizeof report.message) snprintf(report.message + n, sizeof report.message - n, ": %s", strerror(error));
  send(status_fd, &report, sizeof report, MSG_NOSIGNAL);
  _exit(127);
}

void child_send_tty(int master) {
  struct status_report report = {.kind = STATUS_TTY};
  char control[CMSG_SPACE(sizeof(int))] = {0};
  struct iovec iov = {&report, sizeof report};
  struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
  struct cmsghdr *c = CMSG_FIRSTHDR(&m);
  c->cmsg_level = SOL_SOCKET;
  c->cmsg_type = SCM_RIGHTS;
  c->cmsg_len = CMSG_LEN(sizeof(int));
  memcpy(CMSG_DATA(c), &master, sizeof master);
  if (sendmsg(status_fd, &m, MSG_NOSIGNAL) < 0) child_fail("setup", errno, "/dev/ptmx", "handing over the terminal");
}

static void join(int pidfd) {
  if (setns(pidfd, CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWCGROUP))
    child_fail("setup", errno, "setns", "joining the container's namespaces");
}

static void change_directory(const char *cwd) {
  if (chdir(cwd)) child_fail("chdir", errno, cwd, "chdir to cwd (\"%s\") set in config.json failed", cwd);
}

void child_main(const struct child *c) {
  status_fd = c->status;
  // Its name in `ps` until exec, instead of init's.
  prctl(PR_SET_NAME, c->spec ? "runc:[2:INIT]" : "runc:[1:CHILD]");
  become_ordinary(json_number(c->process, "oomScoreAdj", 0));
  setsid();
  umask(0022);
  if (c->spec) rootfs_enter(c->spec, c->merged, c->loopback);
  else if (c->container_pidfd >= 0) join(c->container_pidfd);
  if (json_bool(c->process, "terminal", false)) console_open(c->process, c->spec != NULL);
  else
    for (int i = 0; i < 3; i++) dup2(c->stdio[i], i);
  identity_limits(c->process);
  const char *cwd = json_string(c->process, "cwd", "/");
  if (c->spec) rootfs_finish(c->spec, cwd);
  identity_assume(c->process);
  // As the process's user: a directory only root may enter is refused, as with runc.
  change_directory(cwd);
  process_exec(c->process);
}
