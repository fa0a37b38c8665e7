// The workspace's 9P mount (trans=fd): the kernel speaks to one end of a socket pair, a relay process carries the other end's
// bytes to the host over a port of its own. Not init: a process may hold the lock of a pipe that init reads while it waits for
// the workspace (sendfile from a file there does), and init would then wait for itself.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "init.h"
#include "wire.h"

static int kernel_end = -1, relay_end = -1;

static void reply(const struct frame *f, char *payload) {
  if (f->type != FRAME_DATA) return;
  for (size_t at = 0; at < f->length;) {
    ssize_t n = write(relay_end, payload + at, f->length - at);
    if (n < 0 && errno != EINTR) _exit(0);  // unmounted
    if (n > 0) at += n;
  }
}

static void relay(void) {
  static struct wire wire;
  static char buffer[sizeof(struct frame) + FRAME_PAYLOAD];
  prctl(PR_SET_NAME, "workspace");
  // Keeps init's priority: whoever touches the workspace waits for it.
  signal(SIGPIPE, SIG_IGN);
  close(kernel_end);
  wire_open(&wire, "/dev/hvc1");
  struct pollfd polled[] = {{.fd = wire.in, .events = POLLIN}, {.fd = relay_end, .events = POLLIN}};
  while (true) {
    if (poll(polled, 2, -1) < 0) continue;
    if (polled[0].revents) wire_read(&wire, reply);
    if (!polled[1].revents) continue;
    ssize_t n = read(relay_end, buffer + sizeof(struct frame), FRAME_PAYLOAD);
    if (n <= 0) _exit(0);
    wire_send_inplace(&wire, (struct frame){.length = n, .type = FRAME_DATA}, buffer);
  }
}

static void mount_workspace(const struct json *message) {
  (void)message;
  char options[160];
  snprintf(options, sizeof options, "trans=fd,rfdno=%d,wfdno=%d,version=9p2000.L,msize=65536,cache=none,access=any", kernel_end, kernel_end);
  if (mount("workspace", WORKSPACE, "9p", MS_NODEV | MS_NOSUID, options)) job_fail(errno, WORKSPACE, "mounting the workspace");
}

void workspace_mount(double request) {
  int pair[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair)) {
    reply_error(request, "setup", errno, "socketpair", strerror(errno));
    return;
  }
  kernel_end = pair[1];
  relay_end = pair[0];
  pid_t pid = fork();
  if (!pid) relay();
  close(relay_end);
  if (pid < 0) reply_error(request, "setup", errno, "fork", strerror(errno));
  else job_start(request, mount_workspace, NULL);
  close(kernel_end);
}
