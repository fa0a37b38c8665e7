// Processes with streams: the host's side of their standard input, output and error.
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "init.h"
#include "status.h"

static struct session *sessions;

struct session *session_find(uint32_t id) {
  for (struct session *s = sessions; s; s = s->next)
    if (s->id == id) return s;
  return NULL;
}

static void forget(struct session *s) {
  for (struct session **at = &sessions; *at; at = &(*at)->next) {
    if (*at != s) continue;
    *at = s->next;
    break;
  }
  watch_close(&s->in);
  watch_close(&s->out[0]);
  watch_close(&s->out[1]);
  watch_close(&s->status);
  queue_free(&s->stdin_queue);
  free(s->failure);
  free(s);
}

static void forget_when_done(struct session *s) {
  if (s->reaped && s->out[0].fd < 0 && s->out[1].fd < 0) forget(s);
}

// ---- output ---------------------------------------------------------------------------------------------------------

static void watch_output(struct session *s, int n) { watch_for(&s->out[n], s->credit[n] ? EPOLLIN : 0); }

static void output_ready(struct watch *w, uint32_t events) {
  (void)events;
  static char buffer[sizeof(struct frame) + FRAME_PAYLOAD];
  struct session *s = w->owner;
  int n = w == &s->out[1];
  uint32_t stream = s->id * 4 + STDOUT + n;
  size_t most = s->credit[n] < FRAME_PAYLOAD ? s->credit[n] : FRAME_PAYLOAD;
  ssize_t got = read(w->fd, buffer + sizeof(struct frame), most);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (got > 0) {
    s->credit[n] -= got;
    link_send_inplace(FRAME_DATA, stream, buffer, got);
    watch_output(s, n);
    return;
  }
  // A pty's master gives EIO when its last slave is closed.
  watch_close(w);
  link_send(FRAME_END, stream, NULL, 0);
  forget_when_done(s);
}

void session_credit(uint32_t stream, uint32_t bytes) {
  struct session *s = session_find(stream / 4);
  int n = (int)(stream % 4) - STDOUT;
  if (!s || n < 0 || n > 1) return;
  s->credit[n] += bytes;
  if (s->started) watch_output(s, n);
}

void session_cancel(uint32_t stream) {
  struct session *s = session_find(stream / 4);
  int n = (int)(stream % 4) - STDOUT;
  if (!s || n < 0 || n > 1 || s->tty) return;
  watch_close(&s->out[n]);
  forget_when_done(s);
}

// ---- input ----------------------------------------------------------------------------------------------------------

static void give_credit(struct session *s, uint32_t bytes) {
  s->stdin_owed += bytes;
  if (!s->stdin_owed || (s->stdin_owed < STDIN_CREDIT / 4 && queue_size(&s->stdin_queue))) return;
  link_send(FRAME_CREDIT, s->id * 4 + STDIN, &s->stdin_owed, sizeof s->stdin_owed);
  s->stdin_owed = 0;
}

static void close_input(struct session *s, bool tell) {
  if (s->in.fd < 0) return;
  watch_close(&s->in);
  queue_free(&s->stdin_queue);
  if (tell) link_send(FRAME_CANCEL, s->id * 4 + STDIN, NULL, 0);
}

static void write_input(struct session *s) {
  ssize_t n = queue_flush(&s->stdin_queue, s->in.fd);
  if (n < 0) {
    close_input(s, true);
    return;
  }
  give_credit(s, n);
  if (queue_size(&s->stdin_queue)) watch_for(&s->in, EPOLLOUT);
  else if (s->stdin_ends && !s->tty) close_input(s, false);
  else watch_for(&s->in, 0);
}

static void input_ready(struct watch *w, uint32_t events) {
  (void)events;
  write_input(w->owner);
}

void session_data(uint32_t stream, const char *bytes, size_t length) {
  struct session *s = session_find(stream / 4);
  if (!s || stream % 4 != STDIN) return;
  if (s->in.fd < 0 && (s->started || !s->tty)) return;
  queue_add(&s->stdin_queue, bytes, length);
  // A tty's master comes with the child's report.
  if (s->in.fd >= 0) write_input(s);
}

void session_end(uint32_t stream) {
  struct session *s = session_find(stream / 4);
  if (!s || stream % 4 != STDIN) return;
  s->stdin_ends = true;
  if (s->in.fd >= 0) write_input(s);
}

// ---- start ----------------------------------------------------------------------------------------------------------

static void started(struct session *s) {
  s->started = true;
  struct text t = {0};
  reply_begin(&t, s->request);
  text_print(&t, ",\"pid\":%d}", s->pid);
  link_control(&t);
  text_free(&t);
  watch_output(s, 0);
  if (!s->tty) watch_output(s, 1);
  if (s->in.fd >= 0) write_input(s);
}

static void take_master(struct session *s, int master) {
  fcntl(master, F_SETFL, O_NONBLOCK);
  s->out[0].fd = master;
  s->in.fd = fcntl(master, F_DUPFD_CLOEXEC, 0);
}

// The child's report: a pty's master, a failure, or end of file once exec closed the descriptor.
static void status_ready(struct watch *w, uint32_t events) {
  (void)events;
  struct session *s = w->owner;
  while (w->fd >= 0) {
    struct status_report report = {0};
    char control[CMSG_SPACE(sizeof(int))];
    struct iovec iov = {&report, sizeof report};
    struct msghdr m = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(w->fd, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (n <= 0) {
      watch_close(w);
      if (!s->failure) started(s);
      return;
    }
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (report.kind == STATUS_TTY && c && c->cmsg_type == SCM_RIGHTS) {
      int master;
      memcpy(&master, CMSG_DATA(c), sizeof master);
      take_master(s, master);
    } else if (report.kind == STATUS_FAILURE && !s->failure) {
      s->failure = malloc(sizeof report);
      if (s->failure) *s->failure = report;
    }
  }
}

static unsigned long namespaces_of(const struct json *spec) {
  static const struct {
    const char *type;
    unsigned long flag;
  } known[] = {{"pid", CLONE_NEWPID}, {"mount", CLONE_NEWNS}, {"uts", CLONE_NEWUTS}, {"ipc", CLONE_NEWIPC}, {"network", CLONE_NEWNET}};
  // The cgroup namespace is unshared by the child: clone would root it at the parent's cgroup.
  unsigned long flags = 0;
  json_each(item, json_get(json_get(spec, "linux"), "namespaces")) {
    if (json_get(item, "path")) continue;  // joined by the child
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (!strcmp(json_string(item, "type", ""), known[i].type)) flags |= known[i].flag;
  }
  return flags;
}

static pid_t spawn(const struct child *child, unsigned long flags, int cgroup, int pid_namespace, int network) {
  struct clone_args args = {.flags = flags, .exit_signal = SIGCHLD};
  if (cgroup >= 0) {
    args.flags |= CLONE_INTO_CGROUP;
    args.cgroup = cgroup;
  }
  static int own_namespace = -1;
  if (pid_namespace >= 0) {
    if (own_namespace < 0) own_namespace = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
    // Only what is cloned next is born in the other namespace; init itself stays.
    if (setns(pid_namespace, CLONE_NEWPID)) return -1;
  }
  if (network >= 0 && network_enter(network)) return -1;
  pid_t pid = syscall(SYS_clone3, &args, sizeof args);
  if (!pid) child_main(child);
  if (network >= 0) network_leave();
  int error = errno;
  if (pid_namespace >= 0) setns(own_namespace, CLONE_NEWPID);
  errno = error;
  return pid;
}

void session_start(const struct process_request *r) {
  struct session *s = calloc(1, sizeof *s);
  *s = (struct session){
      .id = r->session, .request = r->request, .container = r->container, .first = r->spec != NULL, .tty = json_bool(r->process, "terminal", false),
      .status = {.fd = -1, .ready = status_ready, .owner = s}, .in = {.fd = -1, .ready = input_ready, .owner = s},
      .out = {{.fd = -1, .ready = output_ready, .owner = s}, {.fd = -1, .ready = output_ready, .owner = s}},
      .credit = {OUTPUT_CREDIT, OUTPUT_CREDIT}};
  int status[2] = {-1, -1}, pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}};
  bool good = !socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, status);
  for (int i = 0; good && !s->tty && i < 3; i++) good = !pipe2(pipes[i], O_CLOEXEC);
  char merged[128];
  if (s->first) snprintf(merged, sizeof merged, OVERLAY_ROOT "/%s/merged", r->container->id);
  unsigned long namespaces = namespaces_of(r->spec);
  int network = s->first && r->container->sandbox ? sandbox_network(r->container->sandbox) : -1;
  if (network >= 0) namespaces &= ~CLONE_NEWNET;
  struct child child = {.process = r->process, .spec = r->spec, .merged = merged, .loopback = namespaces & CLONE_NEWNET, .status = status[1],
                        .container_pidfd = r->container && !s->first ? r->container->pidfd : -1,
                        .stdio = {pipes[0][0], pipes[1][1], pipes[2][1]}};
  int pid_namespace = r->container && !s->first ? r->container->pid_namespace : -1;
  pid_t pid = good ? spawn(&child, namespaces, r->container ? r->container->cgroup : -1, pid_namespace, network) : -1;
  int error = errno;
  close(status[1]);
  for (int i = 0; !s->tty && i < 3; i++) {
    close(pipes[i][i != 0]);
    if (pipes[i][i == 0] >= 0) fcntl(pipes[i][i == 0], F_SETFL, O_NONBLOCK);
  }
  s->status.fd = status[0];
  s->in.fd = pipes[0][1];
  s->out[0].fd = pipes[1][0];
  s->out[1].fd = pipes[2][0];
  s->next = sessions;
  sessions = s;
  if (pid < 0) {
    if (s->first) container_ended(r->container);
    reply_error(r->request, "setup", error, "clone", strerror(error));
    forget(s);
    return;
  }
  s->pid = pid;
  if (s->first) container_began(r->container, pid);
  watch_for(&s->status, EPOLLIN);
}

// ---- end ------------------------------------------------------------------------------------------------------------

void session_reaped(pid_t pid, int status) {
  struct session *s = sessions;
  while (s && (s->pid != pid || s->reaped)) s = s->next;
  if (!s) return;
  // The report of a process that ended at once may still stand unread; it goes before the exit.
  if (s->status.fd >= 0) status_ready(&s->status, 0);
  s->reaped = true;
  bool oom = s->first && container_ended(s->container);
  if (s->failure) {
    const struct status_report *f = s->failure;
    reply_error(s->request, f->stage, f->error, f->subject, f->message);
    forget(s);
    return;
  }
  if (!s->started) {
    // Killed before exec: say so as a failure, since no process was ever there.
    char message[64];
    snprintf(message, sizeof message, "ended by signal %d before it could start", WIFSIGNALED(status) ? WTERMSIG(status) : 0);
    reply_error(s->request, "setup", oom ? ENOMEM : EIO, "", message);
    forget(s);
    return;
  }
  close_input(s, true);
  struct text t = {0};
  text_print(&t, "{\"event\":\"exit\",\"session\":%u,\"code\":%d,\"oom\":%s}", s->id,
             WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status), oom ? "true" : "false");
  link_control(&t);
  text_free(&t);
  forget_when_done(s);
}

void session_signal(uint32_t id, int signal) {
  struct session *s = session_find(id);
  if (s && !s->reaped) kill(s->pid, signal);
}

void session_resize(uint32_t id, int columns, int rows) {
  struct session *s = session_find(id);
  if (!s || !s->tty || s->out[0].fd < 0) return;
  struct winsize size = {.ws_col = columns, .ws_row = rows};
  ioctl(s->out[0].fd, TIOCSWINSZ, &size);
}
