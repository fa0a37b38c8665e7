// What stands on the guest's PATH as `docker`: hands its arguments, streams and terminal to the command line on the host.
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#include "init.h"

extern char **environ;

static int link_fd = -1;
static struct termios terminal;
static bool raw;
static uint32_t stdin_credit;
static bool stdin_open = true;
static int exit_code = -1;

static void set_raw(bool on) {
  if (on == raw) return;
  struct termios t = terminal;
  if (on) {
    if (tcgetattr(0, &terminal)) return;
    t = terminal;
    cfmakeraw(&t);
  }
  tcsetattr(0, TCSADRAIN, &t);
  raw = on;
}

static void leave(int code) {
  set_raw(false);
  _exit(code);
}

static void write_all(int fd, const char *bytes, size_t length) {
  while (length) {
    ssize_t n = write(fd, bytes, length);
    if (n < 0) {
      if (errno == EINTR) continue;
      if (errno == EAGAIN) {
        // Somebody else made the shared terminal or pipe non-blocking.
        struct pollfd p = {.fd = fd, .events = POLLOUT};
        poll(&p, 1, -1);
        continue;
      }
      if (fd == link_fd) leave(1);
      return;
    }
    bytes += n;
    length -= n;
  }
}

static void send_frame(enum frame_type type, int flags, uint32_t stream, const void *payload, size_t length) {
  static char out[sizeof(struct frame) + FRAME_PAYLOAD];
  struct frame f = {.length = length, .type = type, .flags = flags, .stream = stream};
  memcpy(out, &f, sizeof f);
  memcpy(out + sizeof f, payload, length);
  write_all(link_fd, out, sizeof f + length);
}

static void send_control(const struct text *t) {
  for (size_t at = 0; at < t->length; at += FRAME_PAYLOAD) {
    size_t n = t->length - at > FRAME_PAYLOAD ? FRAME_PAYLOAD : t->length - at;
    send_frame(FRAME_CONTROL, at + n < t->length ? FRAME_MORE : 0, 0, t->bytes + at, n);
  }
}

static void give_credit(uint32_t stream, uint32_t bytes) { send_frame(FRAME_CREDIT, 0, stream, &bytes, sizeof bytes); }

static void add_strings(struct text *t, const char *name, char **strings) {
  text_print(t, "\"%s\":[", name);
  for (char **s = strings; *s; s++) {
    if (s != strings) text_print(t, ",");
    text_quote(t, *s);
  }
  text_print(t, "]");
}

static void window_size(struct winsize *size) {
  for (int i = 0; i < 3; i++)
    if (!ioctl(i, TIOCGWINSZ, size) && size->ws_col) return;
  *size = (struct winsize){.ws_col = 80, .ws_row = 24};
}

static void introduce(char **argv) {
  char cwd[4096];
  if (!getcwd(cwd, sizeof cwd)) strcpy(cwd, "/");
  struct winsize size;
  window_size(&size);
  struct text t = {0};
  text_print(&t, "{");
  add_strings(&t, "argv", argv);
  text_print(&t, ",");
  add_strings(&t, "env", environ);
  text_print(&t, ",\"cwd\":");
  text_quote(&t, cwd);
  text_print(&t, ",\"tty\":[%s,%s,%s],\"columns\":%d,\"rows\":%d}", isatty(0) ? "true" : "false", isatty(1) ? "true" : "false",
             isatty(2) ? "true" : "false", size.ws_col, size.ws_row);
  send_control(&t);
  text_free(&t);
}

static void tell_number(const char *name, int number) {
  struct text t = {0};
  text_print(&t, "{\"%s\":%d}", name, number);
  send_control(&t);
  text_free(&t);
}

static void take_signal(int fd) {
  struct signalfd_siginfo info;
  if (read(fd, &info, sizeof info) != sizeof info) return;
  if (info.ssi_signo != SIGWINCH) {
    tell_number("signal", info.ssi_signo);
    return;
  }
  struct winsize size;
  window_size(&size);
  struct text t = {0};
  text_print(&t, "{\"columns\":%d,\"rows\":%d}", size.ws_col, size.ws_row);
  send_control(&t);
  text_free(&t);
}

static void take_control(char *bytes, size_t length) {
  struct json *m = json_parse(bytes, length);
  if (json_get(m, "raw")) set_raw(json_bool(m, "raw", false));
  if (json_get(m, "exit")) exit_code = json_number(m, "exit", 0);
  json_free(m);
}

static void take_frame(const struct frame *f, char *payload) {
  switch (f->type) {
    case FRAME_CONTROL: take_control(payload, f->length); break;
    case FRAME_DATA:
      if (f->stream != STDOUT && f->stream != STDERR) break;
      write_all(f->stream, payload, f->length);
      give_credit(f->stream, f->length);
      break;
    case FRAME_END:
      // The last writer's close is what ends a pipe for its reader.
      if (f->stream == STDOUT || f->stream == STDERR) close(f->stream);
      break;
    case FRAME_CREDIT: {
      uint32_t bytes;
      memcpy(&bytes, payload, sizeof bytes);
      if (f->stream == STDIN) stdin_credit += bytes;
      break;
    }
    case FRAME_CANCEL:
      if (f->stream == STDIN) stdin_open = false;
      break;
  }
}

static void take_link(void) {
  static char buffer[65536];
  static size_t filled;
  ssize_t n = read(link_fd, buffer + filled, sizeof buffer - filled);
  if (n <= 0) {
    set_raw(false);
    static const char gone[] = "Cannot connect to the Docker daemon: the connection was lost.\n";
    write(2, gone, sizeof gone - 1);
    leave(1);
  }
  filled += n;
  size_t at = 0;
  struct frame f;
  while (filled - at >= sizeof f) {
    memcpy(&f, buffer + at, sizeof f);
    if (filled - at < sizeof f + f.length) break;
    take_frame(&f, buffer + at + sizeof f);
    at += sizeof f + f.length;
  }
  memmove(buffer, buffer + at, filled - at);
  filled -= at;
}

// Only as much as the host asked for: what nobody reads stays in the terminal for the shell.
static void take_stdin(void) {
  char buffer[FRAME_PAYLOAD];
  size_t most = stdin_credit < sizeof buffer ? stdin_credit : sizeof buffer;
  ssize_t n = read(0, buffer, most);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (n <= 0) {
    stdin_open = false;
    send_frame(FRAME_END, 0, STDIN, "", 0);
    return;
  }
  stdin_credit -= n;
  send_frame(FRAME_DATA, 0, STDIN, buffer, n);
}

static int watch_signals(void) {
  sigset_t mask;
  sigemptyset(&mask);
  static const int forwarded[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGWINCH, SIGUSR1, SIGUSR2};
  for (size_t i = 0; i < sizeof forwarded / sizeof *forwarded; i++) sigaddset(&mask, forwarded[i]);
  sigprocmask(SIG_BLOCK, &mask, NULL);
  signal(SIGPIPE, SIG_IGN);
  // A background job's write or tcsetattr must not stop it for ever when the host puts the terminal back.
  signal(SIGTTOU, SIG_IGN);
  return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

int docker_main(int argc, char **argv) {
  (void)argc;
  struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = STUB_SOCKET};
  link_fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect(link_fd, (struct sockaddr *)&address, sizeof address)) {
    fprintf(stderr, "Cannot connect to the Docker daemon at unix://%s. Is the docker daemon running?\n", STUB_SOCKET);
    return 1;
  }
  int signals = watch_signals();
  introduce(argv);
  give_credit(STDOUT, STDIN_CREDIT);
  give_credit(STDERR, STDIN_CREDIT);
  while (exit_code < 0) {
    // An unwatched descriptor must be negative: POLLHUP would otherwise be told for ever.
    struct pollfd polled[] = {{.fd = link_fd, .events = POLLIN}, {.fd = signals, .events = POLLIN},
                              {.fd = stdin_open && stdin_credit ? 0 : -1, .events = POLLIN}};
    if (poll(polled, 3, -1) < 0) continue;
    if (polled[1].revents) take_signal(signals);
    if (polled[0].revents) take_link();
    if (exit_code < 0 && stdin_open && stdin_credit && polled[2].revents) take_stdin();
  }
  leave(exit_code);
  return 0;
}
